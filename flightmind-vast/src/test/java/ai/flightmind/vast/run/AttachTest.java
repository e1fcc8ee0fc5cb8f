package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.PlanException;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunLeaks.class)
class AttachTest {
    @TempDir
    Path folder;

    private RunPlan plan(int steps) {
        return ShellPlan.in(folder, "--max-steps", Integer.toString(steps)).build();
    }

    @Test
    void aRunThatWasLeftIsJoinedAgainAndNotStartedTwice() throws IOException {
        RunPlan plan = plan(60);

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(5);
            String id = staged.run.detach();
            assertThat(staged.report().outcome()).isEqualTo(Outcome.LEFT);
            assertThat(staged.cloud.market().rented()).hasSize(1);

            try (TrainingRun again = staged.cloud.runs().attach(id)) {
                RunReport report = again.await();

                assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(report.machines()).hasSize(1);
                assertThat(report.steps()).isEqualTo(60);
                assertThat(Files.readAllLines(plan.results()
                                .resolve("logs/instance-"
                                        + report.machines().get(0).instanceId() + ".log")))
                        .filteredOn(line -> line.startsWith("from step"))
                        .hasSize(1);
            }
        }
    }

    @Test
    void itIsJoinedFromAnotherMachineByItsInstanceAlone() {
        try (StagedRun staged = StagedRun.start(plan(60), folder)) {
            staged.untilStep(5);
            String id = staged.run.detach();
            Runs elsewhere = staged.cloud.runs().withJournals(folder.resolve("another-machine"));

            try (TrainingRun again = elsewhere.attach(id)) {
                assertThat(again.await().outcome()).isEqualTo(Outcome.COMPLETED);
            }
            assertThat(elsewhere.known()).containsExactly(id);
        }
    }

    @Test
    void whoJoinsFromElsewhereTakesOverAndTheOtherLeaves() {
        try (StagedRun staged = StagedRun.start(plan(100), folder)) {
            staged.untilStep(5);
            Runs elsewhere = staged.cloud.runs().withJournals(folder.resolve("another-machine"));

            try (TrainingRun again = elsewhere.attach(staged.run.id())) {
                assertThat(staged.report().outcome()).isEqualTo(Outcome.LEFT);
                assertThat(again.await().outcome()).isEqualTo(Outcome.COMPLETED);
            }
        }
    }

    @Test
    void onOneMachineARunHasOneOwner() {
        try (StagedRun staged = StagedRun.start(plan(20), folder)) {
            staged.untilStep(1);

            assertThatThrownBy(() -> staged.cloud.runs().attach(staged.run.id()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another program");
            assertThat(staged.report().outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Test
    void aRunThatHasEndedTellsHowItEnded() {
        try (StagedRun staged = StagedRun.start(plan(10), folder)) {
            RunReport first = staged.report();

            try (TrainingRun again = staged.cloud.runs().attach(staged.run.id())) {
                RunReport second = again.await();

                assertThat(second.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(second.dollars()).isEqualTo(first.dollars());
                assertThat(second.steps()).isEqualTo(first.steps());
                assertThat(second.checkpoints()).isEqualTo(first.checkpoints());
                assertThat(second.guide()).isEqualTo(first.guide());
            }
            assertThat(staged.cloud.market().rentals()).hasSize(1);
        }
    }

    @Test
    void thereIsNoRunOfAnotherName() {
        try (StagedRun staged = StagedRun.start(plan(5), folder)) {
            assertThatThrownBy(() -> staged.cloud.runs().attach("shell-nowhere"))
                    .isInstanceOf(PlanException.class)
                    .hasMessageContaining("no run shell-nowhere");
            staged.report();
        }
    }

    @Test
    void aMachineThatIsStoppedIsStartedToTellOfItsRun() {
        try (StagedRun staged = StagedRun.start(plan(60), folder)) {
            staged.untilStep(5);
            String id = staged.run.detach();
            staged.cloud.client().instances().stop(staged.instance().id());
            Runs elsewhere = staged.cloud.runs().withJournals(folder.resolve("another-machine"));

            try (TrainingRun again = elsewhere.attach(id)) {
                RunReport report = again.await();

                assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(report.machines()).as("what it had was not given up").hasSize(1);
            }
        }
    }

    @Test
    void aStoppedMachineThatDoesNotStartIsKeptForWhatItHas() {
        RunPlan.Builder sixty = ShellPlan.in(folder, "--max-steps", "60");
        RunPlan plan = sixty.patience(sixty.build().patience().withBoot(Duration.ofMinutes(10)))
                .build();
        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(5);
            String id = staged.run.detach();
            long instance = staged.instance().id();
            staged.cloud.client().instances().stop(instance);
            staged.cloud.market().faults(request -> request.startsWith("PUT") ? Fault.POLITE_NO : Fault.NONE);

            try (TrainingRun again = staged.cloud.runs().attach(id)) {
                RunReport report = again.await();

                assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
                assertThat(report.leftover())
                        .hasValueSatisfying(
                                left -> assertThat(left.instanceId()).isEqualTo(instance));
            }
            assertThat(staged.cloud.market().rented()).hasSize(1);

            staged.cloud.market().faults(request -> Fault.NONE);
            try (TrainingRun again = staged.cloud.runs().attach(id)) {
                assertThat(again.await().outcome()).isEqualTo(Outcome.COMPLETED);
            }
        }
    }

    @Test
    void resultsThatCannotComeHomeKeepTheInstanceUntilSomebodyCollects() throws IOException {
        RunPlan plan = plan(10);

        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.untilStep(8);
            // A directory where a file has to be.
            Path inTheWay = plan.results().resolve("final.pt");
            Files.createDirectories(inTheWay.resolve("occupied"));
            RunReport report = staged.report();

            assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(report.leftover()).hasValueSatisfying(left -> {
                assertThat(left.stopped()).isTrue();
                assertThat(left.command()).contains("runs().attach(\"" + staged.run.id() + "\")");
            });
            assertThat(report.toString()).contains("LEFT OVER, billing");
            assertThat(staged.cloud.market().rented()).hasSize(1);

            Files.delete(inTheWay.resolve("occupied"));
            Files.delete(inTheWay);
            try (TrainingRun again = staged.cloud.runs().attach(staged.run.id())) {
                RunReport second = again.await();

                assertThat(second.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(second.leftover()).isEmpty();
                assertThat(inTheWay).isRegularFile();
            }
        }
    }
}
