package ai.flightmind.vast.query;

import ai.flightmind.vast.error.QueryException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the options of {@code vastai search offers} between the terms of a query. */
final class QueryOptions {
    /** A word of a shell's line, of plain and quoted pieces. */
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|[^ \"'])+");

    private static final Pattern QUOTES = Pattern.compile("\"([^\"]*)\"|'([^']*)'");
    private static final int SHOWN_BEFORE = 60;
    private static final int SHOWN_AFTER = 20;

    private final String text;
    private final Matcher words;
    private final OfferQuery.Builder builder;

    QueryOptions(String text, int end, OfferQuery.Builder builder) {
        this.text = text;
        this.words = WORD.matcher(text).region(0, end);
        this.builder = builder;
    }

    /** Reads one option, returns where the next term begins. */
    int read(int begin) {
        int at = begin;
        String word = word(at, "an option");
        at = words.end();
        int equals = word.indexOf('=');
        String name = word.startsWith("--") && equals > 0 ? word.substring(0, equals) : word;
        String attached = name.equals(word) ? null : word.substring(equals + 1);
        if (applyFlag(name)) {
            if (attached != null) {
                throw wrong(text, begin, "'" + name + "' takes no value", "");
            }
            return spaces(at);
        }
        if (!takesValue(name)) {
            throw wrong(
                    text,
                    begin,
                    "'" + name + "' is no option; expected -t, -o, --limit, --storage, -n or --new",
                    "A value with spaces is written with underscores or in double quotes: gpu_name=RTX_4090");
        }
        int valueAt = attached == null ? spaces(at) : begin;
        String value = attached == null ? word(valueAt, "a value after '" + name + "'") : attached;
        if (attached == null) {
            at = words.end();
        }
        try {
            apply(name, value);
        } catch (NumberFormatException e) {
            throw wrong(text, valueAt, "expected a number after '" + name + "', found '" + value + "'", "");
        } catch (IllegalArgumentException e) {
            throw wrong(text, valueAt, String.valueOf(e.getMessage()), "");
        }
        return spaces(at);
    }

    private String word(int at, String expected) {
        words.region(at, words.regionEnd());
        if (!words.lookingAt()) {
            throw wrong(text, at, "expected " + expected, "");
        }
        return QUOTES.matcher(words.group())
                .replaceAll(match -> Matcher.quoteReplacement(firstOf(match.group(1), match.group(2))));
    }

    private static String firstOf(@Nullable String one, @Nullable String other) {
        return one != null ? one : other == null ? "" : other;
    }

    private int spaces(int at) {
        int next = at;
        while (next < words.regionEnd() && text.charAt(next) == ' ') {
            next++;
        }
        return next;
    }

    private boolean applyFlag(String name) {
        switch (name) {
            case "-n", "--no-default" -> builder.noDefaultFilters();
            case "--new" -> builder.newEndpoint(true);
            case "-d", "--on-demand" -> builder.type(OfferType.ON_DEMAND);
            case "-i", "--interruptible", "-b", "--bid" -> builder.type(OfferType.INTERRUPTIBLE);
            case "-r", "--reserved" -> builder.type(OfferType.RESERVED);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean takesValue(String name) {
        return switch (name) {
            case "-t", "--type", "-o", "--order", "--limit", "--storage" -> true;
            default -> false;
        };
    }

    private void apply(String name, String value) {
        switch (name) {
            case "-t", "--type" -> builder.type(OfferType.of(value));
            case "-o", "--order" -> builder.orderBy(Order.parse(value));
            case "--limit" -> builder.limit(Integer.parseInt(value));
            default -> builder.diskGb(Double.parseDouble(value));
        }
    }

    /** An error that points at its place, in one line of the query. */
    static QueryException wrong(String text, int position, String what, String hint) {
        int from = Math.max(0, position - SHOWN_BEFORE);
        int to = Math.min(text.length(), position + SHOWN_AFTER);
        String shown = text.substring(from, to).replaceAll("\\p{Cntrl}", " ");
        return new QueryException(
                "At position " + position + ": " + what.replaceAll("\\p{Cntrl}", " ") + "\n    " + shown + "\n    "
                        + " ".repeat(position - from) + "^" + (hint.isEmpty() ? "" : "\n" + hint),
                position);
    }
}
