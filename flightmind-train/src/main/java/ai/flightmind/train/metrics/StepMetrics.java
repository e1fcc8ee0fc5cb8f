package ai.flightmind.train.metrics;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A line of {@code metrics.jsonl}. What the line does not have, or was not finite, is empty.
 *
 * @param step from 0
 * @param time when the step was done
 * @param loss the mean cross-entropy of its targets, in nats
 * @param validationLoss if the model was evaluated after this step
 * @param learningRate used for its update
 * @param gradientNorm before clipping
 * @param tokensPerSecond of this step alone, over all ranks
 * @param tokens trained on since step 0
 * @param flopsUtilisation MFU, from 0 to 1
 * @param dollars the run's cost up to then, its earlier processes included
 * @param others every other number of the line, by its name; one inside an object or array by its path, as {@code
 *     sources.fineweb}
 */
public record StepMetrics(
        long step,
        Optional<Instant> time,
        OptionalDouble loss,
        OptionalDouble validationLoss,
        OptionalDouble learningRate,
        OptionalDouble gradientNorm,
        OptionalDouble tokensPerSecond,
        OptionalLong tokens,
        OptionalDouble flopsUtilisation,
        OptionalDouble dollars,
        Map<String, Double> others) {}
