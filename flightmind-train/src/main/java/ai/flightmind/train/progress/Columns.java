package ai.flightmind.train.progress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A line of parts, of which the least important are left out where it would be too long. */
final class Columns {
    private static final String BETWEEN = " | ";

    private record Part(int importance, String text) {}

    private final List<Part> parts = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param importance the part with the lowest number goes last
     */
    Columns add(int importance, String format, Object... arguments) {
        parts.add(new Part(importance, String.format(Locale.ROOT, format, arguments)));
        return this;
    }

    /** The line in at most so many characters; what is left of it in the end is cut. */
    String fit(int columns) {
        List<Part> shown = new ArrayList<>(parts);
        while (shown.size() > 1 && join(shown).length() > columns) {
            shown.remove(shown.stream()
                    .max(Comparator.comparingInt(Part::importance))
                    .orElseThrow());
        }
        String line = join(shown);
        return line.substring(0, Math.min(line.length(), columns));
    }

    private static String join(List<Part> parts) {
        return String.join(BETWEEN, parts.stream().map(Part::text).toList());
    }

    /** As {@code 2d 03:04:05} or {@code 4:05}. */
    static String clock(Duration duration) {
        Duration whole = duration.isNegative() ? Duration.ZERO : duration;
        if (whole.toDays() > 0) {
            return String.format(
                    Locale.ROOT,
                    "%dd %02d:%02d:%02d",
                    whole.toDays(),
                    whole.toHoursPart(),
                    whole.toMinutesPart(),
                    whole.toSecondsPart());
        }
        return whole.toHours() > 0
                ? String.format(
                        Locale.ROOT, "%d:%02d:%02d", whole.toHours(), whole.toMinutesPart(), whole.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", whole.toMinutes(), whole.toSecondsPart());
    }

    /** As {@code 71.2 GB}, with one digit behind the point from a kilobyte on. */
    static String bytes(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1_000 && unit < units.length - 1) {
            value /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
