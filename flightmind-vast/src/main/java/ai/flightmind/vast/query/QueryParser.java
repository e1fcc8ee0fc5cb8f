package ai.flightmind.vast.query;

import ai.flightmind.vast.error.QueryException;
import ai.flightmind.vast.query.OfferField.Kind;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the command line's query language, term by term. What it takes and refuses is what the command takes and
 * refuses; what it says about it is meant to help. Only the space separates terms.
 */
final class QueryParser {
    private static final Set<String> WILDCARDS = Set.of("any", "*", "?");
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern SYMBOL = Pattern.compile(" *([=><!]+)");
    private static final Pattern WORD = Pattern.compile(" +([lg]te?|nin|neq|eq|not ?eq|not ?in|in) ");
    private static final Pattern VALUE = Pattern.compile("\\[[^\\]]+\\]|\"[^\"]+\"|[^ ]+");
    private static final Pattern SPACES = Pattern.compile(" *");
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})");
    private static final String OPERATORS = "one of = != > >= < <= in notin";

    private final String text;
    private final OfferQuery.Builder builder = OfferQuery.builder();
    private final Matcher matcher;
    private int at;

    QueryParser(String text) {
        this.text = text;
        int begin = text.length() - text.stripLeading().length();
        int end = Math.max(begin, text.stripTrailing().length());
        this.matcher = Pattern.compile("").matcher(text).region(begin, end);
        this.at = begin;
    }

    OfferQuery parse() {
        int end = matcher.regionEnd();
        int begin = at;
        while (at < end) {
            boolean separated = at == begin || text.charAt(at - 1) == ' ';
            if (text.charAt(at) == '-' && separated) {
                at = new QueryOptions(text, end, builder).read(at);
            } else {
                term();
            }
        }
        return builder.build();
    }

    private void term() {
        int begin = at;
        String field = next(FIELD);
        if (field == null) {
            throw wrong(
                    begin,
                    "expected the name of a field such as gpu_name, found '" + text.charAt(begin) + "'",
                    "Terms are separated by spaces: num_gpus=4 gpu_name=H100_SXM");
        }
        int operatorAt = at;
        String spelling = next(SYMBOL);
        if (spelling == null) {
            spelling = next(WORD);
        }
        next(SPACES);
        int valueAt = at;
        String value = next(VALUE);
        next(SPACES);
        add(new Term(begin, field, operatorAt, spelling, valueAt, strip(value == null ? "" : value, ",[]")));
    }

    private record Term(
            int begin,
            String field,
            int operatorAt,
            @Nullable String spelling,
            int valueAt,
            String value) {}

    /** Consumes what a pattern matches here: its first group if it has one. */
    private @Nullable String next(Pattern pattern) {
        matcher.usePattern(pattern).region(at, matcher.regionEnd());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher.group(matcher.groupCount());
    }

    private void add(Term term) {
        String field = OfferField.unaliased(term.field);
        if (OfferQuery.OPTIONS.contains(field)) {
            throw wrong(
                    term.begin,
                    "'" + field + "' is an option, not a field",
                    "Options follow the query: -t bid, -o dph_total, --limit 10, --storage 500");
        }
        Operator operator = operator(term);
        if (term.value.isEmpty()) {
            throw wrong(term.valueAt, "expected a value after '" + term.field + term.spelling + "'", "");
        }
        Kind kind = OfferField.kindOf(field);
        if (operator.takesList()) {
            builder.put(field, operator, list(term, kind));
        } else if (WILDCARDS.contains(term.value)) {
            if (operator != Operator.EQ) {
                throw wrong(term.valueAt, "'" + term.value + "' only makes sense with =", "");
            }
            builder.any(field);
        } else {
            builder.put(field, operator, scalar(term, kind));
        }
    }

    private Operator operator(Term term) {
        if (term.spelling == null) {
            throw wrong(
                    term.operatorAt,
                    "expected an operator after '" + term.field + "', " + OPERATORS,
                    "A value with spaces is written with underscores or in double quotes: gpu_name=RTX_4090");
        }
        return Operator.spelled(term.spelling)
                .orElseThrow(() ->
                        wrong(term.operatorAt, "'" + term.spelling + "' is no operator; expected " + OPERATORS, ""));
    }

    private List<Object> list(Term term, Kind kind) {
        if (kind.unitsInCommand() != null || (kind == Kind.VERSION && term.value.contains("."))) {
            throw wrong(
                    term.valueAt,
                    "'" + term.field + "' cannot be compared with a list",
                    "Give a range: " + term.field + ">=… " + term.field + "<=…");
        }
        List<Object> elements = Arrays.stream(term.value.split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .map(element -> strip(element.replace('_', ' '), "\""))
                .map(element -> numberIfPossible(element, kind))
                .toList();
        if (elements.isEmpty()) {
            throw wrong(term.valueAt, "expected at least one value in the list", "");
        }
        return elements;
    }

    private @Nullable Object scalar(Term term, Kind kind) {
        if (kind == Kind.VERSION && term.value.contains(".")) {
            return version(term);
        }
        String value = strip(term.value.replace('_', ' '), "\"");
        BigDecimal units = kind.unitsInCommand();
        if (units == null) {
            Object literal = QueryValue.interpreted(value);
            return literal instanceof String ? numberIfPossible(value, kind) : literal;
        }
        Number quantity = QueryValue.readQuantity(value, units);
        if (quantity == null) {
            throw wrong(
                    term.valueAt,
                    "expected a number in " + (kind == Kind.DURATION ? "days" : "GB") + ", found '" + value + "'",
                    "");
        }
        return quantity;
    }

    private static Object numberIfPossible(String value, Kind kind) {
        Number number = kind.isNumeric() ? QueryValue.readNumber(value) : null;
        return number == null ? value : number;
    }

    private Long version(Term term) {
        Matcher parts = VERSION.matcher(term.value);
        long encoded = 0;
        if (parts.matches()) {
            encoded = Long.parseLong(
                    zeroFilled(parts.group(1)) + zeroFilled(parts.group(2)) + zeroFilled(parts.group(3)));
        }
        if (encoded == 0) {
            throw wrong(
                    term.valueAt,
                    "expected a version of three parts, or of one, found '" + term.value + "'",
                    "Write driver_version>=535.86.05");
        }
        return encoded;
    }

    private static String zeroFilled(String part) {
        return "0".repeat(Math.max(0, 3 - part.length())) + part;
    }

    private static String strip(String text, String characters) {
        int begin = 0;
        int end = text.length();
        while (begin < end && characters.indexOf(text.charAt(begin)) >= 0) {
            begin++;
        }
        while (end > begin && characters.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(begin, end);
    }

    private QueryException wrong(int position, String what, String hint) {
        return QueryOptions.wrong(text, position, what, hint);
    }
}
