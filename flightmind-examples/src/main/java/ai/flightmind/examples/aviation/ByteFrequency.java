package ai.flightmind.examples.aviation;

/**
 * The model which knows how often each byte comes and nothing else: the baseline to beat.
 *
 * <p>A language model whose loss is not below {@link #lossOn} has learned no order at all. Immutable.
 */
public final class ByteFrequency {
    private static final int BYTE_VALUES = 256;

    private final double[] probabilities;

    private ByteFrequency(double[] probabilities) {
        this.probabilities = probabilities;
    }

    /**
     * Counts the bytes of {@code text}, without smoothing.
     *
     * @throws IllegalArgumentException if {@code text} is empty
     */
    public static ByteFrequency of(byte[] text) {
        requireBytes(text);
        double[] probabilities = new double[BYTE_VALUES];
        long[] counts = count(text);
        for (int value = 0; value < BYTE_VALUES; value++) {
            probabilities[value] = (double) counts[value] / text.length;
        }
        return new ByteFrequency(probabilities);
    }

    /**
     * Mean loss on {@code text} in nats per byte: on the counted text itself, the entropy of its
     * bytes; on any other, their cross-entropy, which is infinite where it holds a byte that was
     * never counted.
     *
     * @throws IllegalArgumentException if {@code text} is empty
     */
    public double lossOn(byte[] text) {
        requireBytes(text);
        long[] counts = count(text);
        double loss = 0;
        for (int value = 0; value < BYTE_VALUES; value++) {
            // 0 * log(0) would be NaN
            if (counts[value] > 0) {
                loss -= counts[value] * Math.log(probabilities[value]);
            }
        }
        return loss / text.length;
    }

    private static long[] count(byte[] text) {
        long[] counts = new long[BYTE_VALUES];
        for (byte value : text) {
            counts[Byte.toUnsignedInt(value)]++;
        }
        return counts;
    }

    private static void requireBytes(byte[] text) {
        if (text.length == 0) {
            throw new IllegalArgumentException("an empty text has no byte frequencies");
        }
    }
}
