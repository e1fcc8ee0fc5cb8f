package ai.flightmind.examples.aviation;

import java.util.Locale;

/**
 * An aerodrome with the weather of the hour, as its units tell it to aircraft.
 *
 * @param station the aerodrome
 * @param weather of the hour
 * @param runway in use: the one best into the wind
 */
record Field(Station station, Weather weather, String runway) {

    static Field roll(Dice dice, WeatherMaker weatherMaker) {
        Station station = dice.pick(Stations.ALL);
        Weather weather = weatherMaker.at(station);
        return new Field(station, weather, station.runwayInto(weather.wind().fromDegrees()));
    }

    boolean unitedStates() {
        return station.unitedStates();
    }

    /** What a unit is called, such as KENNEDY TOWER. */
    String name(String unit) {
        return station.name() + " " + unit;
    }

    /** The altimeter setting: ALTIMETER in hundredths of an inch, or QNH in whole hectopascals. */
    String pressure() {
        return station.statuteMiles() ? "ALTIMETER " + weather.hundredthsOfInch() : "QNH " + weather.wholeHpa();
    }

    /** The surface wind in degrees and knots. */
    String wind() {
        Wind wind = weather.wind();
        if (wind.knots() == 0) {
            return "WIND CALM";
        }
        String from = wind.variable() ? "VARIABLE" : String.format(Locale.ROOT, "%03d", wind.fromDegrees());
        String gusts = wind.gustKnots() == 0 ? "" : " GUSTING " + wind.gustKnots();
        if (unitedStates()) {
            return "WIND " + from + " AT " + wind.knots() + gusts;
        }
        String degrees = wind.variable() ? " " : " DEGREES ";
        return "WIND " + from + degrees + wind.knots() + " KNOTS" + gusts;
    }

    /** The recorded broadcast of the aerodrome (ATIS), named by a letter of the spelling alphabet. */
    String broadcast(Dice dice, String letter) {
        String time = String.format(Locale.ROOT, "%02d%02d", dice.between(0, 23), dice.stepped(0, 50, 10));
        return String.join(
                "\n",
                "ATIS: THIS IS " + station.name() + " INFORMATION " + letter + ", TIME " + time + ".",
                "ATIS: RUNWAY IN USE " + runway + ", EXPECT ILS APPROACH.",
                "ATIS: " + wind() + ", TEMPERATURE " + said(weather.celsius()) + ", DEW POINT "
                        + said(weather.dewCelsius()) + ", " + pressure() + ".",
                "ATIS: ADVISE ON FIRST CONTACT YOU HAVE INFORMATION " + letter + ".");
    }

    private static String said(int celsius) {
        return celsius < 0 ? "MINUS " + -celsius : Integer.toString(celsius);
    }
}
