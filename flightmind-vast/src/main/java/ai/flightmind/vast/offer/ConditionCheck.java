package ai.flightmind.vast.offer;

import ai.flightmind.vast.query.Condition;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Holds a row against a condition. Only what both say plainly and in the same kind of value can be contradicted. */
final class ConditionCheck {
    private ConditionCheck() {}

    static boolean isBroken(Offer offer, Condition condition) {
        Object actual = actual(offer, condition.field());
        Object wanted = condition.value();
        if (actual == null || wanted == null) {
            return false;
        }
        return switch (condition.operator()) {
            case EQ -> differs(actual, wanted);
            case NEQ -> equal(actual, wanted);
            case IN -> ((List<?>) wanted).stream().allMatch(one -> differs(actual, one));
            case NOT_IN -> ((List<?>) wanted).stream().anyMatch(one -> equal(actual, one));
            case GT -> isComparable(actual, wanted) && order(actual, wanted) <= 0;
            case GTE -> isComparable(actual, wanted) && order(actual, wanted) < 0;
            case LT -> isComparable(actual, wanted) && order(actual, wanted) >= 0;
            case LTE -> isComparable(actual, wanted) && order(actual, wanted) > 0;
        };
    }

    /** What a row says of a field to search by; some are named or written otherwise there. */
    private static @Nullable Object actual(Offer offer, String field) {
        return switch (field) {
            case "verified" -> {
                String verification = offer.verification();
                yield verification == null ? null : verification.equals("verified");
            }
            case "datacenter" -> {
                Long type = offer.hostingType();
                yield type == null ? null : type == 1;
            }
            case "geolocation" -> offer.countryCode();
            case "driver_version" -> offer.driverVersionEncoded();
            default -> offer.json().get(field);
        };
    }

    private static boolean isComparable(Object actual, Object wanted) {
        return number(actual).isPresent() && number(wanted).isPresent();
    }

    private static int order(Object actual, Object wanted) {
        return Double.compare(number(actual).orElseThrow(), number(wanted).orElseThrow());
    }

    private static boolean equal(Object actual, Object wanted) {
        return isComparable(actual, wanted)
                ? order(actual, wanted) == 0
                : isText(actual, wanted) && folded(actual).equals(folded(wanted));
    }

    private static boolean differs(Object actual, Object wanted) {
        return (isComparable(actual, wanted) || isText(actual, wanted)) && !equal(actual, wanted);
    }

    private static boolean isText(Object actual, Object wanted) {
        return actual instanceof String && wanted instanceof String;
    }

    private static String folded(Object text) {
        return text.toString().replace('_', ' ').toLowerCase(Locale.ROOT);
    }

    /** Flags count as 0 and 1, as the service itself writes some of them. */
    private static OptionalDouble number(Object value) {
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        } else if (value instanceof Boolean flag) {
            return OptionalDouble.of(flag ? 1 : 0);
        }
        return OptionalDouble.empty();
    }
}
