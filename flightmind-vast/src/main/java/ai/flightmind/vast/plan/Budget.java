package ai.flightmind.vast.plan;

/**
 * The most that a run may cost, all its machines together.
 *
 * @param dollars US dollars, above 0
 */
public record Budget(double dollars) {
    public Budget {
        if (!(dollars > 0) || Double.isInfinite(dollars)) {
            throw new IllegalArgumentException("A budget is above 0 dollars, not " + dollars);
        }
    }

    /** At most these dollars; above 0. */
    public static Budget dollars(double dollars) {
        return new Budget(dollars);
    }
}
