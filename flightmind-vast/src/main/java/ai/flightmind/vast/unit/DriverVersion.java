package ai.flightmind.vast.unit;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A GPU driver's version, such as 535.86.05. Each part is at most 999, and the first at least 1. */
public record DriverVersion(int major, int minor, int patch) implements Comparable<DriverVersion> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final int LIMIT = 1_000;

    public DriverVersion {
        if (major < 1 || major >= LIMIT || minor < 0 || minor >= LIMIT || patch < 0 || patch >= LIMIT) {
            throw new IllegalArgumentException("a driver version's parts are 1 to 999, 0 to 999 and 0 to 999, not "
                    + major + "." + minor + "." + patch);
        }
    }

    /**
     * Reads three numbers with dots between.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static DriverVersion parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("a driver version is written as 535.86.05, not '" + text + "'");
        }
        return new DriverVersion(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    /** One number that orders as versions do, which is what the service compares: 535086005 for 535.86.05. */
    public long encoded() {
        return ((long) major * LIMIT + minor) * LIMIT + patch;
    }

    @Override
    public int compareTo(DriverVersion other) {
        return Comparator.comparingLong(DriverVersion::encoded).compare(this, other);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d.%d.%02d", major, minor, patch);
    }
}
