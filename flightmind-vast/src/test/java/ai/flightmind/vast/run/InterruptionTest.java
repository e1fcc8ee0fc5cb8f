package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.plan.Interruptions;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(RunLeaks.class)
class InterruptionTest {
    private static final int STEPS = 60;

    /** Speed of a market whose patience outlasts our retries on a busy machine. */
    private static final int UNHURRIED = 30;

    @TempDir
    Path folder;

    /** How a machine is lost. */
    private enum Loss {
        OUTBID {
            @Override
            void happen(FakeMarketplace market, long instance) {
                market.outbid(instance);
            }
        },
        EXITED {
            @Override
            void happen(FakeMarketplace market, long instance) {
                market.kill(instance);
            }
        },
        HOST_GONE {
            @Override
            void happen(FakeMarketplace market, long instance) {
                market.disconnect(instance);
            }
        };

        abstract void happen(FakeMarketplace market, long instance);
    }

    private RunPlan.Builder plan() {
        return ShellPlan.in(
                folder, "--max-steps", Integer.toString(STEPS), "--checkpoint-every", "4", "--pause", "0.1");
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void theRunGoesOnElsewhereFromTheNewestCheckpoint(Loss loss) throws IOException {
        RunPlan plan = plan().build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.until(event ->
                    event instanceof RunEvent.CheckpointSafe safe && safe.name().startsWith("step_"));
            long lost = staged.instance().id();
            loss.happen(staged.cloud.market(), lost);
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.told(RunEvent.Interrupted.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.instanceId()).isEqualTo(lost));
            assertThat(report.machines()).hasSize(2);
            List<RunEvent.Training> trained = staged.told(RunEvent.Training.class);
            assertThat(trained.get(1).fromStep()).isPositive();
            assertThat(staged.cloud.market().rentals().stream().map(rental -> rental.offerId()))
                    .as("never the same machine again")
                    .doesNotHaveDuplicates();
            assertThat(staged.steps())
                    .as("each step is told once")
                    .isEqualTo(LongStream.range(0, STEPS).boxed().toList());
            assertThat(Files.readAllLines(plan.results().resolve("metrics.jsonl")))
                    .hasSize(STEPS);
            assertThat(plan.results().resolve("final.pt")).exists();
            assertThat(report.toString()).contains("was lost");
        }
    }

    @Test
    void aDamagedCheckpointIsPassedOver() throws IOException {
        RunPlan plan = plan().build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            String first = untilSafeStep(staged, "");
            String second = untilSafeStep(staged, first);
            staged.cloud.market().outbid(staged.instance().id());
            // The newest that is here.
            Files.writeString(plan.results().resolve(second), "half of it");
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.steps())
                    .isEqualTo(LongStream.range(0, STEPS).boxed().toList());
        }
    }

    /** The name of a step's checkpoint that is safe, and another one than that. */
    private static String untilSafeStep(StagedRun staged, String other) {
        RunEvent.CheckpointSafe safe =
                (RunEvent.CheckpointSafe) staged.until(event -> event instanceof RunEvent.CheckpointSafe told
                        && told.name().startsWith("step_")
                        && !told.name().equals(other));
        return safe.name();
    }

    @Test
    void afterAFullDiskTheNextOneIsLarger() {
        RunPlan plan = plan().build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(5);
            staged.host().fillDisk();
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.cloud.market().rentals().stream().map(rental -> rental.diskGb()))
                    .containsExactly(20.0, 40.0);
        }
    }

    @Test
    void aBrokenLineIsNoInterruption() {
        RunPlan plan = plan().build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            for (int step = 5; step <= 25; step += 10) {
                staged.untilStep(step);
                staged.cloud.hosts().forEach(PretendHost::cut);
            }
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.machines()).hasSize(1);
            assertThat(staged.steps())
                    .isEqualTo(LongStream.range(0, STEPS).boxed().toList());
        }
    }

    @Test
    void aMachineThatIsSilentForLongIsReplacedAlthoughTheServiceSaysItRuns() {
        RunPlan.Builder silent = plan();
        RunPlan plan = silent.patience(silent.build().patience().withOutOfReach(Duration.ofMinutes(3)))
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilSafe("best.pt");
            staged.host().goSilent();
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.told(RunEvent.Interrupted.class)).hasSize(1);
            assertThat(staged.steps())
                    .isEqualTo(LongStream.range(0, STEPS).boxed().toList());
        }
    }

    @Test
    void aLineOfMetricsThatIsThereTwiceIsToldOnce() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "30", "--twice", "7").build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            assertThat(staged.report().outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(staged.steps()).isEqualTo(LongStream.range(0, 30).boxed().toList());
        }
    }

    @Test
    void asManyLossesAsThePlanAllowsAreSurvived() {
        RunPlan plan =
                plan().onInterruption(Interruptions.rentAgainAndResume(2)).build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            for (int losses = 1; losses <= 2; losses++) {
                long machines = losses;
                staged.until(event -> event instanceof RunEvent.CheckpointSafe safe
                        && safe.name().startsWith("step_")
                        && staged.told(RunEvent.Training.class).size() == machines);
                staged.cloud.market().outbid(staged.instance().id());
                staged.until(event -> event instanceof RunEvent.Training
                        && staged.told(RunEvent.Interrupted.class).size() == machines);
            }
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(report.machines()).hasSize(3);
            assertThat(staged.steps())
                    .isEqualTo(LongStream.range(0, STEPS).boxed().toList());
        }
    }

    @Test
    void moreThanThePlanAllowsEndIt() {
        RunPlan plan =
                plan().onInterruption(Interruptions.rentAgainAndResume(0)).build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilSafe("best.pt");
            staged.cloud.market().outbid(staged.instance().id());
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.INTERRUPTED);
            assertThat(report.checkpoint("best.pt")).isPresent();
            assertThat(staged.cloud.market().rentals()).hasSize(1);
        }
    }

    @Test
    void aMachineLostBeforeItsMetricsAreHomeIsGoneOnFromWhereTheyAre() throws IOException {
        RunPlan plan = plan().build();
        Path metrics = plan.results().resolve("metrics.jsonl");
        Path inTheWay = metrics.resolve("in-the-way");
        Files.createDirectories(inTheWay);

        try (PretendCloud cloud = StagedRun.cloud(plan, folder, 3, UNHURRIED)) {
            long kept;
            try (TrainingRun run = cloud.runs().start(plan)) {
                RunReport report = run.await();
                assertThat(report.leftover()).as("kept: %s", report).isPresent();
                kept = report.leftover().orElseThrow().instanceId();
            }
            cloud.market().kill(kept);
            Files.delete(inTheWay);
            Files.delete(metrics);
            try (TrainingRun run = cloud.runs().attach(cloud.runs().known().get(0))) {
                assertThat(run.await().outcome()).isEqualTo(Outcome.COMPLETED);
            }

            assertThat(Files.readAllLines(metrics)).hasSize(STEPS);
            assertThat(cloud.market().rented()).isEmpty();
        }
    }
}
