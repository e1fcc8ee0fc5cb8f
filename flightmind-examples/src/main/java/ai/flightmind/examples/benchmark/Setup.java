package ai.flightmind.examples.benchmark;

import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What is to be measured.
 *
 * @param microBatchSize sequences per forward and backward pass
 * @param accumulation such passes of each rank per step
 * @param warmup steps before the measured ones
 * @param steps that are measured
 * @param phasesMeasured whether a GPU is waited for at the end of each phase
 * @param sampling for how long training goes on after the measured steps, for Java's share to be sampled; zero for not
 * @param checkpointsEvery steps between checkpoints, if any are saved
 */
public record Setup(
        GptConfig model,
        Device device,
        Precision precision,
        int microBatchSize,
        int accumulation,
        int warmup,
        int steps,
        boolean phasesMeasured,
        Duration sampling,
        OptionalInt checkpointsEvery) {
    public Setup {
        requireAtLeast(1, "batch-size", microBatchSize);
        requireAtLeast(1, "accumulation", accumulation);
        requireAtLeast(0, "warmup", warmup);
        requireAtLeast(1, "steps", steps);
        requireAtLeast(1, "checkpoints", checkpointsEvery.orElse(1));
        requireAtLeast(0, "sample-seconds", sampling.toMillis());
    }

    private static void requireAtLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException("--" + name + " must be at least " + least + ", not " + value);
        }
    }

    int sequencesPerStep(int ranks) {
        return Math.multiplyExact(microBatchSize * accumulation, ranks);
    }
}
