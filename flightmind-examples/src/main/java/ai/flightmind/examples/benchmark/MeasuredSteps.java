package ai.flightmind.examples.benchmark;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps the steps after the warm-up, has Java's share sampled in those after them, and ends the run. */
final class MeasuredSteps implements TrainingCallback, AutoCloseable {
    private final Setup setup;
    private final MemoryMeter memory;
    private final Optional<Long> memoryBefore;
    private final List<MeasuredStep> steps = new ArrayList<>();
    private final List<CheckpointWritten> written = new ArrayList<>();
    private Optional<RunStart> run = Optional.empty();
    private Optional<MemoryUse> memoryUse = Optional.empty();
    private Optional<JavaShare> javaShare = Optional.empty();
    private boolean peakOfSteps;
    private @Nullable JavaSampler sampler;
    private long samplingSince;
    private long toldAt;

    /** To be made before the model is, whose memory counts. */
    MeasuredSteps(Setup setup) {
        this.setup = setup;
        this.memory = MemoryMeter.of(setup.device());
        this.memoryBefore = memory.nowBytes();
    }

    @Override
    public void onStart(RunStart start) {
        run = Optional.of(start);
        if (setup.warmup() == 0) {
            peakOfSteps = memory.restart();
        }
        toldAt = System.nanoTime();
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        long now = System.nanoTime();
        long measured = step.step() - setup.warmup() + 1; // with this one
        if (measured == 0) {
            peakOfSteps = memory.restart();
        }
        if (measured > 0 && measured <= setup.steps()) {
            steps.add(new MeasuredStep(step, toldAt, now));
        }
        if (measured == setup.steps()) {
            memoryUse = memoryBefore.flatMap(
                    before -> memory.peakBytes().map(peak -> new MemoryUse(memory.of(), before, peak, peakOfSteps)));
            startSampling();
        }
        if (measured >= setup.steps()
                && (sampler == null || sampledFor(now) >= setup.sampling().toNanos())) {
            endSampling();
            stop.request("all is measured");
        }
        toldAt = System.nanoTime(); // what was done here is not the run's
    }

    private long sampledFor(long now) {
        return now - samplingSince;
    }

    /** A checkpoint's writer would be sampled in place of the training thread. */
    private void startSampling() {
        if (!setup.sampling().isZero() && setup.checkpointsEvery().isEmpty() && JavaSampler.available()) {
            sampler = JavaSampler.start().orElse(null);
            samplingSince = System.nanoTime();
        }
    }

    private void endSampling() {
        if (sampler == null) {
            return;
        }
        try {
            javaShare = sampler.result();
        } catch (IOException e) {
            throw new UncheckedIOException("Java's share could not be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void onCheckpoint(CheckpointWritten checkpoint) {
        written.add(checkpoint);
    }

    @Override
    public void close() {
        if (sampler != null) {
            sampler.close();
        }
    }

    /** Empty on ranks that are told nothing, and where the run was stopped before a step was measured. */
    Optional<Figures> figures(int threads, double peakFlops) {
        return run.filter(start -> !steps.isEmpty())
                .map(start -> new Figures(
                        setup,
                        start,
                        threads,
                        List.copyOf(steps),
                        peakFlops * start.worldSize(),
                        javaShare,
                        memoryUse,
                        CheckpointCost.of(steps, written)));
    }
}
