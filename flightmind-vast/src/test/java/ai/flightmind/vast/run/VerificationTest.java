package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.PlanException;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is looked at before and after money is spent, and before the long run. */
@ExtendWith(RunLeaks.class)
class VerificationTest {
    @TempDir
    Path folder;

    @Test
    void aMachineThatFallsShortIsGivenBackAndTheNextOneTaken() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "10").build();
        PretendCloud cloud = StagedRun.cloud(plan, folder);
        cloud.hosts().get(0).loseGpu();

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.told(RunEvent.FellShort.class)).hasSize(1);
            assertThat(report.troubles()).singleElement().asString().contains("1 are visible");
            assertThat(report.machines()).hasSize(2);
            assertThat(report.machines().get(0).end()).isEqualTo("fell short");
        }
    }

    @Test
    void ifAllFallShortTheRunEndsWithNothingRented() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "10").build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 2, 100);
        cloud.hosts().forEach(PretendHost::loseGpu);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.NO_OFFER);
            assertThat(staged.cloud.market().rentals()).hasSize(2);
            assertThat(staged.cloud.market().rented()).isEmpty();
        }
    }

    @Test
    void aMachineWithOtherGpusThanPromisedIsGivenBack() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "10").build();
        PretendCloud cloud = StagedRun.cloud(plan, folder);
        cloud.hosts().get(0).swapGpus("RTX 3060");

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.troubles()).singleElement().asString().contains("RTX 3060");
            assertThat(report.machines()).hasSize(2);
        }
    }

    @Test
    void aLossThatDoesNotFallInTheDryRunEndsTheRun() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000", "--falls", "0")
                .dryRun(DryRun.steps(20))
                .dryRunArguments("--checkpoint-every", "10")
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.PROGRAM_FAILED);
            assertThat(report.summary()).contains("The loss does not fall");
            assertThat(staged.told(RunEvent.Training.class)).isEmpty();
        }
    }

    @Test
    void aProgramThatFailsInTheDryRunEndsTheRun() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000", "--fail-at", "3")
                .dryRun(DryRun.steps(8))
                .dryRunArguments("--checkpoint-every", "4")
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.PROGRAM_FAILED);
            assertThat(report.summary()).contains("dry run", "it fails, as it was told to");
            assertThat(staged.told(RunEvent.Training.class)).isEmpty();
            assertThat(staged.cloud.market().rented()).isEmpty();
        }
    }

    @Test
    void aMachineThatIsTooSlowInTheDryRunIsGivenBack() {
        // The estimate for two H100 is far above the 5,000 tokens/s of the script.
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "10")
                .dryRun(DryRun.steps(8), DryRun.expectTokensPerSecond(DryRun.atLeast(0.5)))
                .dryRunArguments("--checkpoint-every", "4")
                .build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 1, 100);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.NO_OFFER);
            assertThat(report.troubles()).singleElement().asString().contains("too slow", "50 % are asked");
        }
    }

    @Test
    void theDryRunIsNotRepeatedOnTheNextMachineAndLeavesNothingThere() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "30", "--checkpoint-every", "4")
                .dryRun(DryRun.steps(4))
                .dryRunArguments("--checkpoint-every", "4")
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilSafe("best.pt");
            assertThat(staged.host().home().orElseThrow().resolve("flightmind/dry"))
                    .doesNotExist();
            staged.cloud.market().outbid(staged.instance().id());
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.guide(GuideStep.DRY_RUN).times()).isEqualTo(1);
            assertThat(report.guide(GuideStep.UPLOAD).times()).isEqualTo(2);
        }
    }

    @Test
    void whatIsNotReadyIsSaidAtOnceAndNothingRented() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "10")
                .data(folder.resolve("nowhere"), "more")
                .build();
        Files.createDirectories(plan.results());
        Files.writeString(plan.results().resolve("step_5.pt"), "of an earlier run");
        try (PretendCloud cloud = StagedRun.cloud(plan, folder)) {
            cloud.market().credit(0);

            assertThatThrownBy(() -> cloud.runs().start(plan))
                    .isInstanceOf(PlanException.class)
                    .hasMessageContaining("nowhere")
                    .hasMessageContaining("step_5.pt")
                    .hasMessageContaining("$0.00 to spend")
                    .hasMessageContaining("nothing rented");
            assertThat(cloud.market().rentals()).isEmpty();
            assertThat(cloud.runs().known()).isEmpty();
        }
    }
}
