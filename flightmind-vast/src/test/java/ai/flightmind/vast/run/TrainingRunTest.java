package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.account.LedgerEntry;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import ai.flightmind.vast.ssh.file.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(RunLeaks.class)
class TrainingRunTest {
    @TempDir
    Path folder;

    @Test
    void aRunGoesFromOfferToDestroyedInstance() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "20")
                .dryRun(DryRun.steps(8))
                .dryRunArguments("--checkpoint-every", "4")
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.succeeded()).isTrue();
            assertThat(report.steps()).isEqualTo(20);
            assertThat(report.tokens()).isEqualTo(20_000);
            assertThat(report.bestValidationLoss()).hasValue(1980);
            assertThat(report.guide())
                    .as("each step of the guide was done, once: %s", report)
                    .allMatch(row -> row.times() == 1);
            assertThat(staged.told(RunEvent.Progress.class).stream()
                            .filter(RunEvent.Progress::done)
                            .map(RunEvent.Progress::step))
                    .containsExactly(GuideStep.values());
            assertThat(staged.steps()).isEqualTo(LongStream.range(0, 20).boxed().toList());
            for (RunReport.Checkpoint file : report.checkpoints()) {
                Path here = plan.results().resolve(file.name());
                assertThat(Sha256.hexOf(here)).as(file.name()).isEqualTo(file.sha256());
            }
            assertThat(report.checkpoint("final.pt")).hasValue(plan.results().resolve("final.pt"));
            assertThat(report.checkpoint("best.pt")).isPresent();
            assertThat(Files.readAllLines(plan.results().resolve("metrics.jsonl")))
                    .hasSize(20);
            assertThat(Files.readAllLines(plan.results()
                            .resolve("logs/instance-" + report.machines().get(0).instanceId() + ".log")))
                    .contains("from step 0", "complete after step 20");
            assertThat(report.dollars())
                    .as("never less than the bill; a second of ours is minutes there")
                    .isBetween(bill(staged) - 0.01, bill(staged) + 0.7);
            assertThat(staged.cloud.market().rented()).isEmpty();
            assertThat(staged.cloud.hosts()).allMatch(host -> host.home().isEmpty());
        }
    }

    private static double bill(StagedRun staged) {
        return staged
                .cloud
                .client()
                .billing()
                .charges(staged.cloud.time().begin(), staged.cloud.time().now())
                .stream()
                .mapToDouble(LedgerEntry::dollars)
                .sum();
    }

    @Test
    void askedToStopItSavesAndBringsHomeWhatThereIs() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(7);
            staged.run.stop();
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
            long steps = report.steps();
            assertThat(plan.results().resolve("step_" + steps + ".pt")).exists();
            assertThat(staged.steps())
                    .as("also of steps that were done while it was stopped")
                    .isEqualTo(LongStream.range(0, steps).boxed().toList());
            assertThat(report.leftover()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = GuideStep.class,
            names = {"FIND", "LAUNCH", "VERIFY", "UPLOAD", "DRY_RUN", "TRAIN", "MONITOR", "DOWNLOAD"})
    void closedInAnyStepNothingIsLeft(GuideStep step) {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "20")
                .dryRun(DryRun.steps(4))
                .dryRunArguments("--checkpoint-every", "4")
                .build();

        StagedRun staged = StagedRun.start(plan, folder);
        try (staged) {
            staged.until(event -> event instanceof RunEvent.Progress progress && progress.step() == step);
        }

        assertThat(staged.run.report())
                .hasValueSatisfying(report -> assertThat(report.leftover()).isEmpty());
    }

    @Test
    void anInterruptedWaitLeavesTheRunAlone() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "20").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(staged.run::await).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> staged.run.await(Duration.ofHours(1))).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(staged.run.await(Duration.ofMillis(1))).isEmpty();

            assertThat(staged.report().outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Test
    void aProgramThatFailsIsTriedAgainAndThenItsResultsComeHome() {
        RunPlan plan =
                ShellPlan.in(folder, "--max-steps", "20", "--fail-at", "10").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            RunReport report = staged.report();

            // It fails once at step 10, whose checkpoint it has, and goes on from there.
            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.troubles()).singleElement().asString().contains("exitStatus=3");
        }
    }

    @Test
    void aProgramThatNeverGetsAnywhereEndsTheRun() {
        RunPlan plan =
                ShellPlan.in(folder, "--max-steps", "20", "--fail-at", "3").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.PROGRAM_FAILED);
            assertThat(report.summary()).contains("log");
            assertThat(staged.told(RunEvent.LogLine.class))
                    .extracting(RunEvent.LogLine::line)
                    .contains("it fails, as it was told to");
            assertThat(plan.results().resolve("metrics.jsonl")).exists();
        }
    }

    @Test
    void aJournalThatCannotBeWrittenLeavesNothingBilling() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "30").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(3);
            Path journal = folder.resolve("journals").resolve(staged.run.id() + ".jsonl");
            Files.delete(journal);
            Files.createDirectory(journal);
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.leftover()).isEmpty();
            assertThat(report.checkpoint("final.pt")).isPresent();
            assertThat(report.troubles()).singleElement().asString().contains("journal", "cannot be written");
            assertThat(staged.run.progress()).as("the stream ends").isNotEmpty();
        }
    }

    @Test
    void aTransferThatTakesAWhileIsTold() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "5").build();
        byte[] noise = new byte[60_000_000];
        new Random(1).nextBytes(noise);
        Files.write(folder.resolve("data/train.bin"), noise);

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            assertThat(staged.report().outcome()).isEqualTo(Outcome.COMPLETED);
            List<RunEvent.Transfer> told = staged.told(RunEvent.Transfer.class).stream()
                    .filter(event -> event.what().equals("Upload " + folder.resolve("data")))
                    .toList();
            assertThat(told).isNotEmpty();
            assertThat(told.get(told.size() - 1).doneBytes()).isBetween(1L, 61_000_000L);
        }
    }

    @Test
    void theReportReadsAsATable() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "5").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            List<String> lines = staged.report().toString().lines().toList();

            assertThat(lines.get(0)).endsWith(": COMPLETED. The program came to its end.");
            assertThat(lines.get(1))
                    .matches("  1    Find an instance +\\d+\\.\\d s  Offer 101: 2 x H100 SXM, \\$4\\.0\\d+/h");
            assertThat(lines.get(11)).matches("  10   Destroy the instance +\\d+\\.\\d s  nothing is left");
            assertThat(lines.get(12))
                    .matches("  \\$\\d\\.\\d\\d, \\d\\.\\d\\d GPU-hours, .* s; 5 steps, 5,000 tokens, loss .*");
        }
    }
}
