package ai.flightmind.train.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A line of {@code run.jsonl}: something that happened at a time. */
public sealed interface RunRecord {
    Instant time();

    /**
     * A process of the run began to train.
     *
     * @param firstStep its first step
     * @param maxSteps the step at which the run is complete
     * @param resumedFrom the checkpoint that it goes on from
     * @param hyperparameters the trainer's, by name
     * @param environment what it runs on: device, versions, processors
     * @param dollarsPerHour what its machines cost, if that is known
     */
    record Started(
            Instant time,
            long firstStep,
            long maxSteps,
            Optional<String> resumedFrom,
            Map<String, String> hyperparameters,
            Map<String, String> environment,
            OptionalDouble dollarsPerHour)
            implements RunRecord {}

    /**
     * A checkpoint is complete on disk.
     *
     * @param file its name
     */
    record Saved(Instant time, long step, String file, long bytes, Duration duration) implements RunRecord {}

    /** A checkpoint could not be written; training went on. */
    record NotSaved(Instant time, long step, String message) implements RunRecord {}

    /** An update was left out, because the loss or the gradient was not finite. */
    record Skipped(Instant time, long step) implements RunRecord {}

    /** The model wrote a text. */
    record Wrote(Instant time, long step, String prompt, String text) implements RunRecord {}

    /**
     * A process ended in order.
     *
     * @param steps steps done since step 0
     * @param stopReason why it was stopped; empty if the run is complete
     * @param dollars what the run cost up to then, if that is known
     */
    record Ended(Instant time, long steps, long tokens, Optional<String> stopReason, OptionalDouble dollars)
            implements RunRecord {}

    /**
     * A process ended with an exception.
     *
     * @param step the last step that it did; −1 if none
     */
    record Failed(Instant time, long step, String message) implements RunRecord {}
}
