package ai.flightmind.examples.aviation;

import java.util.List;

/** Callsigns as they are said: an airline's telephony designator with a number, or a registration. */
final class Callsigns {
    private static final List<String> AIRLINES = List.of(
            "AIR CANADA",
            "AIRFRANS",
            "ALITALIA",
            "AMERICAN",
            "AUSTRIAN",
            "CATHAY",
            "DELTA",
            "EASY",
            "EMIRATES",
            "FINNAIR",
            "IBERIA",
            "JETBLUE",
            "KLM",
            "LUFTHANSA",
            "QANTAS",
            "QATARI",
            "RYANAIR",
            "SCANDINAVIAN",
            "SHAMROCK",
            "SINGAPORE",
            "SOUTHWEST",
            "SPEEDBIRD",
            "SWISS",
            "UNITED");

    private Callsigns() {}

    static String airline(Dice dice) {
        return dice.pick(AIRLINES) + " " + dice.between(11, 2_999);
    }

    /** A light aircraft registered in the country of the station. */
    static String light(Dice dice, Station station) {
        if (station.unitedStates()) {
            return station.mark() + dice.between(101, 989) + dice.letter() + dice.letter();
        }
        StringBuilder registration = new StringBuilder(station.mark());
        // five characters in all, the hyphen not counted
        while (registration.length() < 6) {
            registration.append(dice.letter());
        }
        return registration.toString();
    }
}
