package ai.flightmind.train;

/**
 * An interval in steps.
 *
 * @param steps at least 1
 */
public record Every(long steps) {
    public Every {
        if (steps < 1) {
            throw new IllegalArgumentException("An interval takes at least 1 step, not " + steps);
        }
    }

    /** For a static import: {@code every(500)}. */
    public static Every every(long steps) {
        return new Every(steps);
    }

    /** As the original counts: multiples of the interval, but not step 0. */
    boolean isDueAfter(long step) {
        return step > 0 && step % steps == 0;
    }
}
