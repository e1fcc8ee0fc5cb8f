package ai.flightmind.train;

import java.util.ArrayList;
import java.util.List;

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
        boolean wholeSequences = tokensPerStep % ((long) microBatchSize * sequenceLength) == 0;
        if (sequences % microBatchSize != 0 && !wholeSequences) {
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
