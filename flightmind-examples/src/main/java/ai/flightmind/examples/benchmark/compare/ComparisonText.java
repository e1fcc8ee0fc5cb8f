package ai.flightmind.examples.benchmark.compare;

import ai.flightmind.examples.benchmark.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A comparison as lines of equal columns. */
final class ComparisonText {
    private static final String NOTHING = "-";

    private ComparisonText() {}

    static String of(Round round) {
        if (round instanceof Round.Measured measured) {
            return String.format(Locale.ROOT, "%,.0f tokens/s", measured.tokensPerSecond());
        }
        Round.Failed failed = (Round.Failed) round;
        return "failed with status " + failed.status() + "\n"
                + failed.output().strip().indent(4);
    }

    static String of(List<Compared> variants) {
        int width = Math.max(
                "variant".length(),
                variants.stream()
                        .mapToInt(each -> each.variant().name().length())
                        .max()
                        .orElse(0));
        String row = "%-" + width + "s  %10s  %21s  %6s  %10s  %6s%n";
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(Locale.ROOT, row, "variant", "tokens/s", "least to most", "ratio", "over all", "ratio"));
        for (Compared each : variants) {
            Compared first = variants.get(0);
            text.append(String.format(
                    Locale.ROOT,
                    row,
                    each.variant().name(),
                    median(each.step()),
                    each.step()
                            .map(step -> String.format(Locale.ROOT, "%,.0f to %,.0f", step.min(), step.max()))
                            .orElse(NOTHING),
                    ratio(each.ratioTo(first)),
                    median(each.overall()),
                    ratio(each.overallRatioTo(first))));
        }
        return text.toString();
    }

    private static String median(Optional<Spread> tokens) {
        return tokens.map(spread -> String.format(Locale.ROOT, "%,.0f", spread.median()))
                .orElse(NOTHING);
    }

    private static String ratio(Optional<Double> ratio) {
        return ratio.map(value -> String.format(Locale.ROOT, "%.3f", value)).orElse(NOTHING);
    }
}
