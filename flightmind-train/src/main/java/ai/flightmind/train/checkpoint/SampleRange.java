package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Seed;
import ai.flightmind.train.error.CheckpointException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * What decides which sequences a step reads. A run may only go on under the same one, or sequences would be lost or
 * read twice.
 *
 * @param seed of the order
 * @param sequencesPerStep over all micro-batches
 * @param sequenceLength tokens per sequence
 * @param trainSequences how many the training data holds, where it is one table; 0 for a mixture
 * @param sources of a mixture, by name; empty where there is one table
 */
public record SampleRange(
        Seed seed, int sequencesPerStep, int sequenceLength, long trainSequences, Map<String, Source> sources) {

    /**
     * A source of a mixture.
     *
     * @param identity what decides which rows it gives
     * @param rowsBefore how many of its rows are read before a step
     * @param start its position before its first row
     */
    public record Source(String identity, LongUnaryOperator rowsBefore, List<Long> start) {}

    public SampleRange {
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    }

    void requireSame(SampleRange now, Path file) {
        require("seed", seed.value(), now.seed.value(), file);
        require("number of sequences per step", sequencesPerStep, now.sequencesPerStep, file);
        require("sequence length", sequenceLength, now.sequenceLength, file);
        if (now.sources.isEmpty()) {
            require("number of training sequences", trainSequences, now.trainSequences, file);
        }
    }

    static void require(String what, Object then, Object now, Path file) {
        if (!then.equals(now)) {
            throw new CheckpointException(
                    file + " is of a run whose " + what + " was " + then + "; this run's is " + now
                            + ". Going on would lose or repeat sequences: use the same data and settings, or begin a new run"
                            + " in another directory.");
        }
    }
}
