package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Seed;
import ai.flightmind.train.error.CheckpointException;
import java.nio.file.Path;

/**
 * What decides which sequences a step reads. A run may only go on under the same one, or sequences would be lost or
 * read twice.
 *
 * @param seed of the order
 * @param sequencesPerStep over all micro-batches
 * @param sequenceLength tokens per sequence
 * @param trainSequences how many the training data holds
 */
public record SampleRange(Seed seed, int sequencesPerStep, int sequenceLength, long trainSequences) {
    void requireSame(SampleRange now, Path file) {
        require("seed", seed.value(), now.seed.value(), file);
        require("number of sequences per step", sequencesPerStep, now.sequencesPerStep, file);
        require("sequence length", sequenceLength, now.sequenceLength, file);
        require("number of training sequences", trainSequences, now.trainSequences, file);
    }

    private static void require(String what, long then, long now, Path file) {
        if (then != now) {
            throw new CheckpointException(
                    file + " is of a run whose " + what + " was " + then + "; this run's is " + now
                            + ". Going on would lose or repeat sequences: use the same data and settings, or begin a new run"
                            + " in another directory.");
        }
    }
}
