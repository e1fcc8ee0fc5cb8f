package ai.flightmind.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a step's sequences are cut into micro-batches.
 *
 * @param microBatchSize sequences per forward and backward pass
 * @param gradientAccumulation micro-batches per step
 * @param sequenceLength tokens per sequence; one fewer are predicted
 */
record StepPlan(int microBatchSize, int gradientAccumulation, int sequenceLength) {
    /**
     * The original's arithmetic: {@code tokensPerStep // (microBatchSize · (sequenceLength − 1))} micro-batches. A power
     * of two like 524,288 is meant as whole sequences of 2,048; both ways of counting are taken, anything that leaves
     * over part of a micro-batch is not.
     */
    static StepPlan of(long tokensPerStep, int microBatchSize, int sequenceLength) {
        if (microBatchSize < 1) {
            throw new IllegalArgumentException("microBatchSize must be at least 1, not " + microBatchSize);
        }
        long microBatchTargets = (long) microBatchSize * (sequenceLength - 1);
        long accumulation = tokensPerStep / microBatchTargets;
        if (accumulation < 1) {
            throw new IllegalArgumentException("tokensPerStep " + tokensPerStep + " is less than one micro-batch: "
                    + microBatchSize + " sequences of " + (sequenceLength - 1) + " targets are " + microBatchTargets
                    + ". Raise tokensPerStep or lower microBatchSize.");
        }
        long sequences = tokensPerStep / (sequenceLength - 1);
        if (!divides(tokensPerStep, microBatchSize, sequenceLength)) {
            throw new IllegalArgumentException("tokensPerStep " + tokensPerStep + " is " + sequences + " sequences of "
                    + (sequenceLength - 1) + " targets, which cannot be divided into micro-batches of " + microBatchSize
                    + ". Use a microBatchSize of " + divisors(sequences) + ", or tokensPerStep "
                    + accumulation * microBatchTargets + ".");
        }
        if (accumulation * microBatchSize > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("tokensPerStep " + tokensPerStep + " is too many sequences for a step");
        }
        return new StepPlan(microBatchSize, (int) accumulation, sequenceLength);
    }

    /**
     * With as many sequences per step as the default micro-batch would make where it can, else as many as there are, one at
     * a time: how many fit at once is found later, and must not change what a step learns from.
     */
    static StepPlan of(long tokensPerStep, MicroBatch microBatch, int sequenceLength) {
        if (!microBatch.isAuto()) {
            return of(tokensPerStep, microBatch.orDefault(), sequenceLength);
        }
        boolean byDefault = tokensPerStep / ((long) MicroBatch.DEFAULT * (sequenceLength - 1)) >= 1
                && divides(tokensPerStep, MicroBatch.DEFAULT, sequenceLength);
        return of(tokensPerStep, byDefault ? MicroBatch.DEFAULT : 1, sequenceLength)
                .withMicroBatchSize(1);
    }

    /** Whether nothing is left over, in either way of counting. */
    private static boolean divides(long tokensPerStep, int microBatchSize, int sequenceLength) {
        return tokensPerStep / (sequenceLength - 1) % microBatchSize == 0
                || tokensPerStep % ((long) microBatchSize * sequenceLength) == 0;
    }

    /** The same sequences in micro-batches of this size, which divides them. */
    StepPlan withMicroBatchSize(int sequences) {
        return new StepPlan(sequences, sequencesPerStep() / sequences, sequenceLength);
    }

    /**
     * The sizes of a micro-batch that leave the step as it is, in ascending order: up to a rank's share, and no rank has a
     * smaller one left over if that can be.
     */
    int[] microBatchSizes(int worldSize) {
        int sequences = sequencesPerStep();
        int share = (sequences + worldSize - 1) / worldSize;
        return IntStream.rangeClosed(1, share)
                .filter(size -> sequences % size == 0)
                .filter(size -> sequences % worldSize != 0 || share % size == 0)
                .toArray();
    }

    private static String divisors(long sequences) {
        List<String> small = new ArrayList<>();
        for (long candidate = 1; candidate <= Math.min(sequences, 64); candidate++) {
            if (sequences % candidate == 0) {
                small.add(Long.toString(candidate));
            }
        }
        return String.join(" or ", small);
    }

    /**
     * What one rank does of a step.
     *
     * @param from its first sequence, counted from the step's first
     * @param sequences how many it takes; some ranks take one more than others
     * @param microBatches how many forward and backward passes that is; the last one may be smaller
     */
    record Share(int from, int sequences, int microBatches) {}

    /** The ranks take turns in order, so that together they read what one process would. */
    Share share(int rank, int worldSize) {
        int from = (int) ((long) sequencesPerStep() * rank / worldSize);
        int end = (int) ((long) sequencesPerStep() * (rank + 1) / worldSize);
        return new Share(from, end - from, (end - from + microBatchSize - 1) / microBatchSize);
    }

    void requireEnoughFor(int worldSize) {
        if (sequencesPerStep() < worldSize) {
            throw new IllegalArgumentException("A step has " + sequencesPerStep() + " sequences, fewer than there are"
                    + " ranks (" + worldSize + "). Raise tokensPerStep, or start at most " + sequencesPerStep()
                    + " processes.");
        }
    }

    int sequencesPerStep() {
        return microBatchSize * gradientAccumulation;
    }

    long targetsPerStep() {
        return (long) sequencesPerStep() * (sequenceLength - 1);
    }
}
