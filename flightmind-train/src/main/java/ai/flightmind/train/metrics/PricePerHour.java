package ai.flightmind.train.metrics;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the machines of a run cost together.
 *
 * @param dollars per hour; 0 or more
 */
public record PricePerHour(double dollars) {
    /** The environment variable that {@link #fromEnvironment} reads. */
    public static final String VARIABLE = "FLIGHTMIND_DOLLARS_PER_HOUR";

    public PricePerHour {
        if (!(dollars >= 0) || Double.isInfinite(dollars)) {
            throw new IllegalArgumentException("A price per hour is 0 or more dollars, not " + dollars);
        }
    }

    /**
     * What whoever rented the machines put into {@value #VARIABLE}; empty if nobody did.
     *
     * @throws IllegalArgumentException if it is no number
     */
    public static Optional<PricePerHour> fromEnvironment() {
        return parse(System.getenv(VARIABLE));
    }

    static Optional<PricePerHour> parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PricePerHour(Double.parseDouble(text.strip())));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(VARIABLE + " is a number of dollars, as 8.45, not '" + text + "'", e);
        }
    }

    /** Dollars for so long. */
    public double over(Duration duration) {
        return dollars * duration.toNanos() / Duration.ofHours(1).toNanos();
    }
}
