package ai.flightmind.train;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.error.CallbackException;
import java.util.List;
import java.util.function.Consumer;

/** Hands each event to every callback; what one throws names it and its event. */
final class Callbacks {
    private final List<TrainingCallback> callbacks;
    private final StopRequest stop;

    private Callbacks(List<TrainingCallback> callbacks, StopRequest stop) {
        this.callbacks = callbacks;
        this.stop = stop;
    }

    /** On rank 0 all of them, elsewhere those that ask for it. */
    static Callbacks of(List<TrainingCallback> callbacks, StopRequest stop, int rank) {
        return new Callbacks(
                callbacks.stream()
                        .filter(callback -> rank == 0 || callback.onEveryRank())
                        .toList(),
                stop);
    }

    void start(RunStart start) {
        each("onStart", callback -> callback.onStart(start));
    }

    void step(Step step) {
        each("onStep", callback -> callback.onStep(step, stop));
    }

    void evaluation(Evaluation evaluation) {
        each("onEvaluation", callback -> callback.onEvaluation(evaluation, stop));
    }

    void checkpoint(CheckpointWritten checkpoint) {
        each("onCheckpoint", callback -> callback.onCheckpoint(checkpoint));
    }

    void checkpointFailure(RuntimeException failure) {
        each("onCheckpointFailure", callback -> callback.onCheckpointFailure(failure));
    }

    void end(TrainingResult result) {
        each("onEnd", callback -> callback.onEnd(result));
    }

    /** Tells all of them, whatever one throws: the error itself is the news. */
    void error(Throwable error) {
        for (TrainingCallback callback : callbacks) {
            try {
                callback.onError(error);
            } catch (RuntimeException e) {
                error.addSuppressed(e);
            }
        }
    }

    private void each(String event, Consumer<TrainingCallback> call) {
        for (TrainingCallback callback : callbacks) {
            try {
                call.accept(callback);
            } catch (RuntimeException e) {
                throw new CallbackException(
                        "The callback " + callback.name() + " failed in " + event + ", which stopped the run: "
                                + e.getMessage(),
                        e);
            }
        }
    }
}
