package ai.flightmind.train.data;

import ai.flightmind.model.Seed;

/**
 * Which sequences a step reads. Each epoch reads every sequence once, in an order of its own; where an epoch ends within
 * a step, the next one begins. A pure function of seed, number of sequences and position: nothing is drawn, so nothing
 * is lost or repeated by a restart, whatever the number of ranks. Immutable.
 */
public final class SampleOrder {
    private final long sequences;
    private final Seed seed;

    /**
     * The order of so many sequences under a seed.
     *
     * @param sequences how many the data holds; at least 1
     */
    public SampleOrder(long sequences, Seed seed) {
        if (sequences < 1) {
            throw new IllegalArgumentException("There must be at least one sequence, not " + sequences);
        }
        this.sequences = sequences;
        this.seed = seed;
    }

    /**
     * The rows at positions {@code from} to {@code from + count − 1} of the endless order.
     *
     * @param from step times sequences per step, plus an offset within the step
     */
    public long[] rows(long from, int count) {
        long[] rows = new long[count];
        long epoch = -1;
        KeyedPermutation permutation = null;
        for (int i = 0; i < count; i++) {
            long position = from + i;
            long epochOfPosition = position / sequences;
            if (permutation == null || epochOfPosition != epoch) {
                epoch = epochOfPosition;
                permutation = new KeyedPermutation(
                        sequences, KeyedPermutation.mix(seed.value()) + KeyedPermutation.mix(~epoch));
            }
            rows[i] = permutation.apply(position % sequences);
        }
        return rows;
    }
}
