package ai.flightmind.train;

/**
 * A number of micro-batches.
 *
 * @param count at least 1
 */
public record Batches(int count) {
    public Batches {
        if (count < 1) {
            throw new IllegalArgumentException("There must be at least 1 batch, not " + count);
        }
    }

    /** For a static import: {@code batches(20)}. */
    public static Batches batches(int count) {
        return new Batches(count);
    }
}
