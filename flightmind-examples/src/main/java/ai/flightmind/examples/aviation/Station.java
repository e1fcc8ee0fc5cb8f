package ai.flightmind.examples.aviation;

import java.util.List;

/**
 * An aerodrome that reports weather and has a tower.
 *
 * @param icao location indicator of four letters
 * @param name what its units are called on the radio
 * @param mark how registrations of light aircraft begin in its country
 * @param meanCelsius rough mean temperature of the year
 * @param swingCelsius how far the means of summer and winter lie from that mean
 * @param dry whether dust is in the air there rather than rain
 * @param runways designators of runways, in one landing direction each
 */
record Station(
        String icao, String name, String mark, int meanCelsius, int swingCelsius, boolean dry, List<String> runways) {
    Station {
        runways = List.copyOf(runways);
    }

    /** Whether it reports remarks in the United States form. */
    boolean unitedStates() {
        return icao.startsWith("K") || icao.startsWith("P");
    }

    /** Whether it reports statute miles and inches of mercury, not metres and hectopascals. */
    boolean statuteMiles() {
        return unitedStates() || icao.startsWith("C") || icao.startsWith("MM");
    }

    /** The runway that lies best into a wind from {@code windDegrees}. */
    String runwayInto(int windDegrees) {
        String best = runways.get(0);
        for (String runway : runways) {
            if (offWind(runway, windDegrees) < offWind(best, windDegrees)) {
                best = runway;
            }
        }
        return best;
    }

    private static int offWind(String runway, int windDegrees) {
        int heading = 10 * Integer.parseInt(runway, 0, 2, 10);
        int off = Math.abs(heading - windDegrees) % 360;
        return Math.min(off, 360 - off);
    }
}
