package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.plan.Budget;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunLeaks.class)
class GuardTest {
    private static final int SLOW = 30;

    @TempDir
    Path folder;

    private RunPlan.Builder endless() {
        RunPlan.Builder plan = ShellPlan.in(folder, "--max-steps", "100000");
        return plan.patience(plan.build().patience().withPoll(Duration.ofSeconds(20)));
    }

    /** Looked at every two seconds of ours, with twelve for bringing home: a busy machine is late, too. */
    private RunPlan.Builder unhurried() {
        RunPlan.Builder plan = endless();
        return plan.patience(
                plan.build().patience().withPoll(Duration.ofSeconds(60)).withCollect(Duration.ofMinutes(6)));
    }

    @Test
    void theBudgetIsKeptAndWhatItBoughtComesHome() {
        RunPlan plan = unhurried().budget(Budget.dollars(1)).build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 3, SLOW);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.OUT_OF_BUDGET);
            assertThat(report.steps()).isPositive();
            assertThat(plan.results().resolve("step_" + report.steps() + ".pt")).exists();
            double interval = 4.1 * plan.patience().poll().toSeconds() / 3600;
            assertThat(report.dollars()).isLessThanOrEqualTo(1 + interval);
        }
    }

    @Test
    void theDeadlineIsKept() {
        RunPlan plan = unhurried().deadline(Duration.ofMinutes(20)).build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 3, SLOW);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.PAST_DEADLINE);
            assertThat(report.wallTime())
                    .isLessThan(plan.deadline().plus(plan.patience().poll()));
            assertThat(report.checkpoint("best.pt")).isPresent();
        }
    }

    @Test
    void idleGpusAreToldAndEndTheRunWhereThePlanSaysSo() {
        RunPlan.Builder endless = endless();
        RunPlan plan = endless.patience(endless.build().patience().withIdle(Duration.ofMinutes(2)))
                .endWhenIdle(true)
                .build();

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(3);
            staged.host().idleGpus();
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.IDLE);
            assertThat(staged.told(RunEvent.Idle.class)).hasSize(1);
            assertThat(report.checkpoint("best.pt")).isPresent();
        }
    }

    @Test
    void whenNobodyIsThereTheMachineStopsItselfAndKeepsWhatItHas() {
        RunPlan plan = endless().budget(Budget.dollars(0.7)).build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 3, 60);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            staged.untilStep(3);
            String id = staged.run.detach();
            long instance = staged.instance().id();
            awaitHalted(cloud);
            assertThat(cloud.market().rented())
                    .singleElement()
                    .satisfies(left -> assertThat(left.id()).isEqualTo(instance));

            try (TrainingRun again = cloud.runs().attach(id)) {
                RunReport report = again.await();

                assertThat(report.outcome()).isEqualTo(Outcome.OUT_OF_BUDGET);
                assertThat(report.leftover()).isEmpty();
                assertThat(report.steps()).isGreaterThan(4);
                assertThat(plan.results().resolve("step_" + report.steps() + ".pt"))
                        .as("what it saved when it was stopped")
                        .exists();
            }
        }
    }

    @Test
    void aRunThatEndedUnseenAndIsCollectedDaysLaterHasCostNoMoreThanItRan() throws IOException {
        RunPlan.Builder brief = ShellPlan.in(folder, "--max-steps", "20");
        RunPlan plan = brief.patience(brief.build().patience().withBoot(Duration.ofMinutes(5)))
                .budget(Budget.dollars(5))
                .deadline(Duration.ofDays(10))
                .build();
        PretendCloud cloud = StagedRun.cloud(plan, folder, 3, SLOW);

        try (StagedRun staged = StagedRun.on(cloud, plan)) {
            staged.untilStep(3);
            String id = staged.run.detach();
            awaitHalted(cloud);
            letDaysPass(cloud, id, Duration.ofDays(3));

            try (TrainingRun again = cloud.runs().attach(id)) {
                RunReport report = again.await();

                assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(report.checkpoint("final.pt")).isPresent();
                assertThat(report.dollars()).isLessThan(5);
                assertThat(report.wallTime()).isGreaterThan(Duration.ofDays(3));
            }
        }
    }

    /** All that was written happened so much earlier. */
    private void letDaysPass(PretendCloud cloud, String id, Duration time) throws IOException {
        Path journal = folder.resolve("journals").resolve(id + ".jsonl");
        String earlier = Pattern.compile("\"at\":(\\d+)")
                .matcher(Files.readString(journal))
                .replaceAll(at -> "\"at\":" + (Long.parseLong(at.group(1)) - time.toMillis()));
        Files.writeString(journal, earlier);
        Path home = cloud.hosts().stream()
                .flatMap(host -> host.home().stream())
                .findFirst()
                .orElseThrow();
        Path awake = home.resolve("flightmind/watchdog/awake");
        long second = Long.parseLong(Files.readString(awake).strip());
        Files.writeString(
                awake, Long.toString(second - cloud.time().byWallClock(time).toSeconds()));
    }

    private static void awaitHalted(PretendCloud cloud) {
        assertThat(ai.flightmind.vast.ssh.Leaks.await(
                        Duration.ofSeconds(60),
                        () -> cloud.market().rented().stream()
                                .noneMatch(
                                        instance -> instance.isUp(cloud.time().now()))))
                .as("the watchdog halts the instance")
                .isTrue();
    }
}
