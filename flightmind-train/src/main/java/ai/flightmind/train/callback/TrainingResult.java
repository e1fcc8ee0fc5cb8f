package ai.flightmind.train.callback;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a run ended.
 *
 * @param completed whether all steps are done; otherwise it was stopped on request
 * @param stopReason why it was stopped, if it was
 * @param steps steps done since step 0, over all processes of the run
 * @param loss of the last step in nats, if there was one in this process
 * @param validationLoss of the last evaluation, if there was one in this process
 * @param bestValidationLoss the lowest over all processes of the run, if the model was ever evaluated
 * @param tokens targets trained on since step 0
 * @param skippedSteps updates that were left out for non-finite numbers, since step 0
 * @param lastCheckpoint the newest checkpoint that this process wrote
 * @param elapsed the time of this process's training
 */
public record TrainingResult(
        boolean completed,
        Optional<String> stopReason,
        long steps,
        OptionalDouble loss,
        OptionalDouble validationLoss,
        OptionalDouble bestValidationLoss,
        long tokens,
        long skippedSteps,
        Optional<Path> lastCheckpoint,
        Duration elapsed) {}
