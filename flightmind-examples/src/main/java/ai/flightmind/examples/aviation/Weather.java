package ai.flightmind.examples.aviation;

import java.util.List;

/**
 * The state of the air at a station, before any report words it.
 *
 * @param wind at the surface
 * @param visibilityMetres 10 000 stands for that and more
 * @param phenomena weather groups as a report writes them, weightiest first
 * @param layers of cloud, lowest first
 * @param skyHidden whether fog or snow hides the sky, so that a vertical visibility stands for it
 * @param tenthsCelsius temperature of the air in tenths of a degree
 * @param dewTenthsCelsius dew point likewise, never above the temperature
 * @param tenthsHpa pressure reduced to sea level, in tenths of a hectopascal
 */
record Weather(
        Wind wind,
        int visibilityMetres,
        List<String> phenomena,
        List<Layer> layers,
        boolean skyHidden,
        int tenthsCelsius,
        int dewTenthsCelsius,
        int tenthsHpa) {
    Weather {
        phenomena = List.copyOf(phenomena);
        layers = List.copyOf(layers);
    }

    /** Temperature in whole degrees, halves rounded to the warmer side as Annex 3 asks. */
    int celsius() {
        return rounded(tenthsCelsius);
    }

    /** Dew point in whole degrees, rounded likewise. */
    int dewCelsius() {
        return rounded(dewTenthsCelsius);
    }

    /** Pressure in hectopascals, rounded down to the safe side. */
    int wholeHpa() {
        return tenthsHpa / 10;
    }

    /** Pressure in hundredths of an inch of mercury: 1013.25 hPa are 29.92 inches. */
    int hundredthsOfInch() {
        return (tenthsHpa * 2_953 + 5_000) / 10_000;
    }

    /** Whether nothing is there for a pilot to mind: the conditions of CAVOK. */
    boolean ceilingAndVisibilityOk() {
        return visibilityMetres >= 10_000
                && phenomena.isEmpty()
                && !skyHidden
                && layers.stream()
                        .allMatch(layer ->
                                layer.hundredsOfFeet() >= 50 && layer.type().isEmpty());
    }

    private static int rounded(int tenths) {
        return Math.floorDiv(tenths + 5, 10);
    }
}
