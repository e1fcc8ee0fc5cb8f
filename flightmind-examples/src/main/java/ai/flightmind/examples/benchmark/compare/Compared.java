package ai.flightmind.examples.benchmark.compare;

import ai.flightmind.examples.benchmark.Spread;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A variant over all rounds in which it ended well; nothing is known of one that never did.
 *
 * @param step tokens per second of each round's median step
 * @param overall tokens per second of each round's steps together, with what lies between them, such as saving
 */
record Compared(Variant variant, List<Round> rounds, Optional<Spread> step, Optional<Spread> overall) {
    static Compared of(Variant variant, List<Round> rounds) {
        return new Compared(
                variant,
                List.copyOf(rounds),
                spread(rounds, Round.Measured::tokensPerSecond),
                spread(rounds, Round.Measured::overallTokensPerSecond));
    }

    private static Optional<Spread> spread(List<Round> rounds, ToDoubleFunction<Round.Measured> value) {
        List<Round.Measured> measured = rounds.stream()
                .filter(Round.Measured.class::isInstance)
                .map(Round.Measured.class::cast)
                .toList();
        return measured.isEmpty()
                ? Optional.empty()
                : Optional.of(Spread.of(measured.stream().mapToDouble(value)));
    }

    /** By the median step; above 1 is faster than the other. */
    Optional<Double> ratioTo(Compared other) {
        return ratio(step, other.step);
    }

    Optional<Double> overallRatioTo(Compared other) {
        return ratio(overall, other.overall);
    }

    private static Optional<Double> ratio(Optional<Spread> ours, Optional<Spread> theirs) {
        return ours.flatMap(one -> theirs.map(other -> one.median() / other.median()));
    }
}
