package ai.flightmind.vast.query;

import ai.flightmind.vast.query.OfferField.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of conditions: checked and in one form each, so that equal queries are equal, and written so that reading
 * gives them back.
 */
final class QueryValue {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,9})?");
    private static final int LONGEST_NUMBER = 400;
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9 .:/+-]+");
    private static final double EXACT_INTEGERS = 1L << 53;
    private static final int MOST_DIGITS = 40;

    private QueryValue() {}

    /** A text as the language has it: {@code _} is a space, and {@code true}, {@code false}, {@code None} are values. */
    static @Nullable Object literal(Object value) {
        return value instanceof String text ? interpreted(checked(text)) : value;
    }

    static @Nullable Object interpreted(String text) {
        return switch (text) {
            case "true", "True" -> true;
            case "false", "False" -> false;
            case "None", "null" -> null;
            default -> text;
        };
    }

    /** @throws IllegalArgumentException if there is none, or a text has a comma or a quotation mark */
    static List<Object> list(List<?> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a list to compare with must have at least one value");
        }
        return values.stream()
                .map(value -> value instanceof Number number ? number(number) : checkedElement(value.toString()))
                .toList();
    }

    private static Object checkedElement(String text) {
        if (text.contains(",")) {
            throw new IllegalArgumentException("a value in a list cannot hold a comma: '" + text + "'");
        }
        return checked(text);
    }

    private static String checked(String text) {
        if (text.contains("\"")) {
            throw new IllegalArgumentException("a query's text cannot hold a quotation mark: '" + text + "'");
        }
        return text.replace('_', ' ');
    }

    /** In the one form that equal numbers share: a long if it is whole, otherwise a double. */
    static Number number(Number value) {
        if (value instanceof Long) {
            return value;
        }
        double number = value.doubleValue();
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("a number to compare with must be finite, not " + number);
        }
        if (number == Math.rint(number) && Math.abs(number) < EXACT_INTEGERS) {
            return (long) number;
        }
        return number;
    }

    /** The number that a text is, or null if it is none that can be sent. */
    static @Nullable Number readNumber(String text) {
        BigDecimal decimal = decimal(text);
        if (decimal == null || !Double.isFinite(decimal.doubleValue())) {
            return null;
        }
        try {
            return decimal.longValueExact();
        } catch (ArithmeticException notWhole) {
            return number(decimal.doubleValue());
        }
    }

    /** A number in the command line's unit, as the API's; null if the text is none that can be sent. */
    static @Nullable Number readQuantity(String text, BigDecimal units) {
        BigDecimal decimal = decimal(text.strip());
        if (decimal == null) {
            return null;
        }
        double value = decimal.multiply(units).doubleValue();
        return Double.isFinite(value) ? number(value) : null;
    }

    private static @Nullable BigDecimal decimal(String text) {
        return text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
    }

    /** What a condition's value looks like behind its operator. */
    static String toText(String field, Operator operator, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return listToText(list);
        } else if (value instanceof Number number) {
            return numberToText(number, OfferField.kindOf(field));
        } else if (value == null) {
            return "None";
        } else if (value instanceof Boolean) {
            return value.toString();
        }
        String text = value.toString();
        if (BARE.matcher(text).matches() && !text.equals("any")) {
            return text.replace(' ', '_');
        } else if (!text.contains("\"") && !text.isEmpty()) {
            return '"' + text + '"';
        }
        return protectedText(text);
    }

    private static String listToText(List<?> list) {
        List<String> elements = list.stream().map(String::valueOf).toList();
        if (elements.stream().allMatch(element -> BARE.matcher(element).matches())) {
            return elements.stream()
                    .map(element -> element.replace(' ', '_'))
                    .collect(Collectors.joining(",", "[", "]"));
        }
        return elements.stream().map(QueryValue::protectedText).collect(Collectors.joining());
    }

    /** The form that holds everything: what follows a comma is read up to the next space, whatever it is. */
    private static String protectedText(String text) {
        return ",\"" + text.replace(' ', '_') + '"';
    }

    private static String numberToText(Number number, Kind kind) {
        BigDecimal units = kind.unitsInCommand();
        if (units != null) {
            return quantityToText(number, units);
        } else if (kind == Kind.VERSION) {
            long encoded = number.longValue();
            return encoded / 1_000_000 + "." + encoded / 1_000 % 1_000 + "." + encoded % 1_000;
        }
        return number.toString();
    }

    /** The shortest decimal that is read back as the same number. */
    private static String quantityToText(Number number, BigDecimal units) {
        BigDecimal value = new BigDecimal(number.toString());
        for (int digits = 1; digits <= MOST_DIGITS; digits++) {
            BigDecimal quotient = value.divide(units, new MathContext(digits));
            String text = quotient.abs().compareTo(BigDecimal.ONE.movePointRight(MOST_DIGITS)) < 0
                            && quotient.scale() <= MOST_DIGITS
                    ? quotient.toPlainString()
                    : quotient.toString();
            if (number.equals(readQuantity(text, units))) {
                return text;
            }
        }
        throw new AssertionError(number + " has no decimal in units of " + units);
    }
}
