package ai.flightmind.train.callback;

/**
 * Gets a run's events, on the training thread, in the order in which callbacks were added. Every method does nothing
 * unless overridden. What a callback throws stops the run, with a checkpoint of the last whole step where checkpoints are
 * kept.
 */
public interface TrainingCallback {
    /** Before the first step, after a resume. */
    default void onStart(RunStart start) {}

    /** After each step, and after its evaluation where it had one, before its checkpoint. */
    default void onStep(Step step, StopRequest stop) {}

    /** After an evaluation. */
    default void onEvaluation(Evaluation evaluation, StopRequest stop) {}

    /**
     * After a checkpoint is complete on disk. It is written while training goes on, and told of after a later step, or at
     * the end.
     */
    default void onCheckpoint(CheckpointWritten checkpoint) {}

    /**
     * After a checkpoint could not be written, which is noticed after a later step; the older ones are still there and
     * training goes on.
     */
    default void onCheckpointFailure(RuntimeException failure) {}

    /** After the last step, when everything is saved. */
    default void onEnd(TrainingResult result) {}

    /** When the run ends with an exception, before it is thrown. */
    default void onError(Throwable error) {}

    /** Whether it is told on every rank of a run, or only on rank 0; default: only there. */
    default boolean onEveryRank() {
        return false;
    }

    /** How this callback is called in messages. */
    default String name() {
        String simple = getClass().getSimpleName();
        return simple.isEmpty() ? getClass().getName() : simple;
    }
}
