package ai.flightmind.train.data;

/**
 * A permutation of 0 … n−1 that is computed, not stored: a balanced Feistel network over the next even number of bits,
 * walked until it lands below n (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). The domain is less
 * than four times n, so a walk is short on average. Immutable.
 */
public final class KeyedPermutation {
    private static final int ROUNDS = 8;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final long size;
    private final int halfBits;
    private final long halfMask;
    private final long[] roundKeys = new long[ROUNDS];

    /**
     * One of this many elements.
     *
     * @param size at least 1
     * @param key which one; different keys give different ones
     */
    public KeyedPermutation(long size, long key) {
        if (size < 1) {
            throw new IllegalArgumentException("A permutation needs at least one element, not " + size);
        }
        this.size = size;
        int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
        this.halfBits = (bits + 1) / 2;
        this.halfMask = (1L << halfBits) - 1;
        long state = key;
        for (int i = 0; i < ROUNDS; i++) {
            state += GOLDEN_RATIO;
            roundKeys[i] = mix(state);
        }
    }

    /** Where an index goes; each index to another place. */
    public long apply(long index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("Index " + index + " of a permutation of " + size);
        }
        long walked = index;
        do {
            walked = encrypt(walked);
        } while (walked >= size);
        return walked;
    }

    private long encrypt(long value) {
        long left = value >>> halfBits;
        long right = value & halfMask;
        for (long roundKey : roundKeys) {
            long next = left ^ (mix(right ^ roundKey) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
