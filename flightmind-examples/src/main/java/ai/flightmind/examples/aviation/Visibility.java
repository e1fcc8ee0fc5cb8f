package ai.flightmind.examples.aviation;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The visibility group in both styles, rounded down to the steps in which it is reported. */
final class Visibility {
    /** Quarters of a statute mile below which American stations report fractions. */
    private static final TreeMap<Integer, String> MILES_BY_METRES = new TreeMap<>(Map.ofEntries(
            Map.entry(0, "1/8SM"),
            Map.entry(402, "1/4SM"),
            Map.entry(805, "1/2SM"),
            Map.entry(1_207, "3/4SM"),
            Map.entry(1_609, "1SM"),
            Map.entry(2_012, "1 1/4SM"),
            Map.entry(2_414, "1 1/2SM"),
            Map.entry(2_816, "1 3/4SM"),
            Map.entry(3_219, "2SM"),
            Map.entry(4_023, "2 1/2SM"),
            Map.entry(4_828, "3SM"),
            Map.entry(6_437, "4SM"),
            Map.entry(8_047, "5SM"),
            Map.entry(9_000, "6SM"),
            Map.entry(10_000, "10SM")));

    private Visibility() {}

    static String group(Station station, int metres) {
        return station.statuteMiles() ? MILES_BY_METRES.floorEntry(metres).getValue() : metric(metres);
    }

    private static String metric(int metres) {
        if (metres >= 10_000) {
            return "9999";
        }
        int step = metres < 800 ? 50 : metres < 5_000 ? 100 : 1_000;
        return String.format(Locale.ROOT, "%04d", metres / step * step);
    }
}
