package ai.flightmind.vast.query;

import ai.flightmind.vast.query.OfferField.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a query says and its author hardly means: a wrong unit, a misspelt field, a value of the wrong kind. */
final class QueryWarnings {
    /** Far above what one machine has today. */
    private static final double MOST_GPU_RAM_MB = 2_000_000;

    private static final double MOST_RAM_MB = 100_000_000;
    private static final double LONGEST_RENTAL_SECONDS = Duration.ofDays(3_650).toSeconds();

    private QueryWarnings() {}

    static List<String> of(OfferQuery query) {
        List<String> warnings = new ArrayList<>();
        for (Condition condition : query.conditions()) {
            Optional<OfferField<?>> field = OfferField.named(condition.field());
            if (field.isEmpty()) {
                warnings.add(unknown(condition));
            } else {
                String warning = ofValue(condition, field.get().kind());
                if (warning != null) {
                    warnings.add(condition + ": " + warning);
                }
            }
        }
        if (!query.type().isKnown()) {
            warnings.add("-t " + query.type() + ": the service knows on-demand, bid (interruptible) and reserved");
        }
        return List.copyOf(warnings);
    }

    private static String unknown(Condition condition) {
        return condition + ": the field '" + condition.field() + "' is not known here and is sent as it is"
                + closest(condition.field())
                        .map(name -> "; did you mean '" + name + "'?")
                        .orElse("");
    }

    private static Optional<String> closest(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return OfferField.all().stream()
                .map(OfferField::name)
                .filter(known -> distance(known, lower) <= 2)
                .min(Comparator.comparingInt(known -> distance(known, lower)));
    }

    private static @Nullable String ofValue(Condition condition, Kind kind) {
        Object value = condition.value();
        if (value instanceof Number number) {
            return ofNumber(condition, kind, number.doubleValue());
        } else if (value instanceof String text) {
            if (kind == Kind.FLAG) {
                return "this field is true or false; the text '" + text + "' matches nothing";
            } else if (kind.isNumeric()) {
                return "this field is a number; the text '" + text + "' matches nothing";
            } else if (text.contains(",")) {
                return "this is one value with a comma in it, not a list; a list takes 'in'";
            } else if (text.contains("=")) {
                return "this is one value; a space after the operator joins the next term to it";
            }
        }
        return null;
    }

    private static @Nullable String ofNumber(Condition condition, Kind kind, double value) {
        boolean isGpu = condition.field().equals("gpu_ram");
        if (kind == Kind.MEMORY && value >= (isGpu ? MOST_GPU_RAM_MB : MOST_RAM_MB)) {
            return String.format(
                    Locale.ROOT,
                    "the unit is GB, so this means %,.0f GB (%,.0f MB), more than any %s has, and matches %s;"
                            + " if MB were meant, write %s",
                    value / 1_000,
                    value,
                    isGpu ? "GPU" : "machine",
                    matched(condition.operator()),
                    new Condition(condition.field(), condition.operator(), QueryValue.number(value / 1_000)));
        } else if (kind == Kind.DURATION && value >= LONGEST_RENTAL_SECONDS) {
            return String.format(
                    Locale.ROOT,
                    "the unit is days, so this means %,.0f days, longer than any host rents out, and matches %s",
                    value / Duration.ofDays(1).toSeconds(),
                    matched(condition.operator()));
        } else if (condition.field().equals("reliability") && value > 1) {
            return "reliability is from 0 to 1, so this matches " + matched(condition.operator())
                    + "; 95 % is written 0.95";
        }
        return null;
    }

    private static String matched(Operator operator) {
        return switch (operator) {
            case LT, LTE, NEQ, NOT_IN -> "everything";
            default -> "nothing";
        };
    }

    /** How many letters must change, be added or left out (Levenshtein). */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
