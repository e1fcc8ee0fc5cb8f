package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.plan.RunPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A run in a pretend cloud of its own, and what was told of it. Closing it fails if anything is left. */
final class StagedRun implements AutoCloseable {
    private static final int SPEED = 100;

    final PretendCloud cloud;
    final List<RunEvent> events = new CopyOnWriteArrayList<>();
    final TrainingRun run;

    private StagedRun(PretendCloud cloud, RunPlan plan) {
        this.cloud = cloud;
        this.run = cloud.runs().start(plan);
        run.listen(events::add);
    }

    static PretendCloud cloud(RunPlan plan, Path folder) {
        return cloud(plan, folder, 3, SPEED);
    }

    static PretendCloud cloud(RunPlan plan, Path folder, int machines, int speed) {
        return PretendCloud.open(
                plan,
                Rehearsal.builder()
                        .folder(folder)
                        .machines(machines)
                        .speed(speed)
                        .build());
    }

    static StagedRun start(RunPlan plan, Path folder) {
        return on(cloud(plan, folder), plan);
    }

    /** The cloud is closed with it. */
    static StagedRun on(PretendCloud cloud, RunPlan plan) {
        boolean started = false;
        try {
            StagedRun staged = new StagedRun(cloud, plan);
            started = true;
            return staged;
        } finally {
            if (!started) {
                cloud.close();
            }
        }
    }

    /** Waits until that is told. */
    RunEvent until(Predicate<RunEvent> what) {
        try (Stream<RunEvent> told = run.progress()) {
            return told.filter(what)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("The run ended before: " + run.report()));
        }
    }

    void untilStep(long step) {
        until(event -> event instanceof RunEvent.Step s && s.metrics().step() >= step);
    }

    void untilSafe(String checkpoint) {
        until(event ->
                event instanceof RunEvent.CheckpointSafe safe && safe.name().equals(checkpoint));
    }

    /** The machine that trains. */
    PretendHost host() {
        return cloud.busyHost().orElseThrow();
    }

    FakeInstance instance() {
        return cloud.market().rented().get(0);
    }

    /** The numbers of the steps that were told. */
    List<Long> steps() {
        return told(RunEvent.Step.class).stream()
                .map(step -> step.metrics().step())
                .toList();
    }

    <T extends RunEvent> List<T> told(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    RunReport report() {
        return run.await();
    }

    @Override
    public void close() {
        try (PretendCloud all = cloud) {
            run.close();
            assertThat(all.market().rented())
                    .as("what bills when the run is closed")
                    .isEmpty();
        }
    }
}
