package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.checkpoint.Snapshot;
import ai.flightmind.train.checkpoint.Staging;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which checkpoint a step owes. One that is due while training goes on is copied out and written by a thread of
 * its own, one at a time, copied while the next step computes its gradients; what came of it is told after a later step. A
 * periodic one that cannot be written is owed again at the next step that is due: what is in memory is worth more than what
 * stopping would save. The last one must succeed.
 */
final class CheckpointSaver implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointSaver.class);

    private final Checkpoints policy;
    private final CheckpointStore store;
    private final Gpt model;
    private final AdamW optimizer;
    private final SampleRange samples;
    private final Callbacks callbacks;
    private final Staging copies = Staging.onHost();
    private final BackgroundWriter writer = new BackgroundWriter();
    private @Nullable Path newest;
    private long newestStep = -1; // of the step_N.pt files: best.pt may be replaced

    CheckpointSaver(
            Checkpoints policy,
            CheckpointStore store,
            Gpt model,
            AdamW optimizer,
            SampleRange samples,
            Callbacks callbacks) {
        this.policy = policy;
        this.store = store;
        this.model = model;
        this.optimizer = optimizer;
        this.samples = samples;
        this.callbacks = callbacks;
    }

    /** After a step: {@code best.pt} if the step's evaluation was the best, {@code step_N.pt} if its turn has come. */
    void afterStep(RunState state, double learningRate, boolean best) {
        List<Function<Snapshot, CheckpointWritten>> due = new ArrayList<>();
        if (best && policy.bestKept()) {
            due.add(store::writeBest);
        }
        long step = state.lastStep();
        if (step > 0 && step % policy.every() == 0) {
            due.add(store::writeStep);
        }
        if (due.isEmpty()) {
            writer.ifDone().ifPresent(this::tell);
            return;
        }
        settle();
        writer.begin(snapshot(state, learningRate, copies), due);
    }

    /** Before weights and moments change: waits until those of a checkpoint that is due are copied. */
    void beforeUpdate() {
        writer.awaitCopy();
    }

    /** At the end of the run: {@code final.pt}, unless a resumed run was complete already and has it. */
    void completed(RunState state, double learningRate, boolean trained) {
        settle();
        if (trained || !Files.exists(store.finalFile())) {
            writeNow(state, learningRate, store::writeFinal);
        }
    }

    /** On a stop before the end: a {@code step_N.pt} to go on from, unless this step has one. */
    void stopped(RunState state, double learningRate) {
        settle();
        if (state.lastStep() >= 0 && state.lastStep() != newestStep) {
            writeNow(state, learningRate, store::writeStep);
        }
    }

    Optional<Path> newest() {
        return Optional.ofNullable(newest);
    }

    private void writeNow(RunState state, double learningRate, Function<Snapshot, CheckpointWritten> write) {
        try (Snapshot snapshot = snapshot(state, learningRate, Staging.inPlace())) {
            tell(new BackgroundWriter.Outcome(List.of(write.apply(snapshot)), List.of()));
        }
    }

    private Snapshot snapshot(RunState state, double learningRate, Staging staging) {
        return Snapshot.of(model, optimizer, learningRate, state, samples, staging);
    }

    /** Waits for what is being written, and tells of it. */
    private void settle() {
        writer.await().ifPresent(this::tell);
    }

    /** Everything is taken note of before anyone is told, who might throw. */
    private void tell(BackgroundWriter.Outcome outcome) {
        outcome.written().forEach(this::note);
        for (CheckpointException failure : outcome.failures()) {
            log.error("Training goes on without a checkpoint that was due.", failure);
            callbacks.checkpointFailure(failure);
        }
        outcome.written().forEach(callbacks::checkpoint);
    }

    private void note(CheckpointWritten checkpoint) {
        newest = checkpoint.file();
        if (checkpoint.file().equals(store.stepFile(checkpoint.step()))) {
            newestStep = checkpoint.step();
        }
    }

    /** Waits for what is being written; a run that fails still keeps it. */
    @Override
    public void close() {
        try {
            writer.await()
                    .ifPresent(outcome -> outcome.failures()
                            .forEach(failure -> log.error("A checkpoint that was due is missing.", failure)));
        } finally {
            writer.close();
            copies.close();
        }
    }
}
