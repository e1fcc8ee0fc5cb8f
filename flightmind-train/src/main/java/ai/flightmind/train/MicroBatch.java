package ai.flightmind.train;

import java.util.OptionalInt;

/**
 * How many sequences go through the model at once. An immutable value.
 *
 * @param sequences at least 1; empty for as many as fit
 */
public record MicroBatch(OptionalInt sequences) {
    /** What a step's number of sequences is made of where nothing else is said, and what evaluations are counted in. */
    static final int DEFAULT = 8;

    private static final String AUTO = "auto";

    public MicroBatch {
        if (sequences.isPresent() && sequences.getAsInt() < 1) {
            throw new IllegalArgumentException("microBatchSize must be at least 1, not " + sequences.getAsInt());
        }
    }

    /**
     * The largest that fits into the memory of the device and divides a step, found before the run. A step's sequences are
     * those that the default, 8, would make of the tokens per step, however many fit at once. For a static import: {@code
     * auto()}.
     */
    public static MicroBatch auto() {
        return new MicroBatch(OptionalInt.empty());
    }

    /**
     * So many.
     *
     * @param sequences at least 1
     */
    public static MicroBatch of(int sequences) {
        return new MicroBatch(OptionalInt.of(sequences));
    }

    /** Reads a number of sequences, or {@code auto}. */
    public static MicroBatch parse(String text) {
        if (text.equals(AUTO)) {
            return auto();
        }
        if (!text.matches("-?\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "Not a micro-batch: '" + text + "'. Write a number of sequences, or " + AUTO + ".");
        }
        return of(Integer.parseInt(text));
    }

    boolean isAuto() {
        return sequences.isEmpty();
    }

    int orDefault() {
        return sequences.orElse(DEFAULT);
    }

    /** {@code 8} or {@code auto}. */
    @Override
    public String toString() {
        return isAuto() ? AUTO : Integer.toString(sequences.getAsInt());
    }
}
