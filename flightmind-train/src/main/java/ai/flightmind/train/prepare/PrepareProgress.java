package ai.flightmind.train.prepare;

/**
 * How far a preparation is.
 *
 * @param done of {@code total}: bytes of the corpus while it is tokenized, rows moved while they are shuffled
 * @param tokens made so far; not counted twice where an earlier process made them
 */
public record PrepareProgress(Stage stage, long done, long total, long tokens) {
    /** What is being done, in this order. */
    public enum Stage {
        TOKENIZING,
        SELECTING,
        SHUFFLING
    }

    /** The share of the stage that is done, 0 to 1. */
    public double share() {
        return total == 0 ? 1 : Math.min(1, (double) done / total);
    }
}
