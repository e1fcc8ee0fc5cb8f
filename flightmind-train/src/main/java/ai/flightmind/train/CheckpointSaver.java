package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.checkpoint.Snapshot;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which checkpoint a step owes. A periodic one that cannot be written is reported, and owed again at the next
 * step that is due: what is in memory is worth more than what stopping would save. The last one must succeed.
 */
final class CheckpointSaver {
    private static final Logger log = LoggerFactory.getLogger(CheckpointSaver.class);

    private final Checkpoints policy;
    private final CheckpointStore store;
    private final Gpt model;
    private final AdamW optimizer;
    private final SampleRange samples;
    private final Callbacks callbacks;
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
        if (best && policy.bestKept()) {
            attempt(() -> store.writeBest(snapshot(state, learningRate)));
        }
        long step = state.lastStep();
        if (step > 0 && step % policy.every() == 0) {
            attempt(() -> store.writeStep(snapshot(state, learningRate)));
        }
    }

    /** At the end of the run: {@code final.pt}, unless a resumed run was complete already and has it. */
    void completed(RunState state, double learningRate, boolean trained) {
        if (trained || !Files.exists(store.finalFile())) {
            written(store.writeFinal(snapshot(state, learningRate)));
        }
    }

    /** On a stop before the end: a {@code step_N.pt} to go on from, unless this step has one. */
    void stopped(RunState state, double learningRate) {
        if (state.lastStep() >= 0 && state.lastStep() != newestStep) {
            written(store.writeStep(snapshot(state, learningRate)));
        }
    }

    Optional<Path> newest() {
        return Optional.ofNullable(newest);
    }

    private Snapshot snapshot(RunState state, double learningRate) {
        return new Snapshot(model, optimizer, learningRate, state, samples);
    }

    private void attempt(Supplier<CheckpointWritten> write) {
        CheckpointWritten checkpoint;
        try {
            checkpoint = write.get();
        } catch (CheckpointException e) {
            log.error("Training goes on without a checkpoint that was due.", e);
            callbacks.checkpointFailure(e);
            return;
        }
        written(checkpoint);
    }

    private void written(CheckpointWritten checkpoint) {
        newest = checkpoint.file();
        if (checkpoint.file().equals(store.stepFile(checkpoint.step()))) {
            newestStep = checkpoint.step();
        }
        callbacks.checkpoint(checkpoint);
    }
}
