package ai.flightmind.examples.aviation;

import java.util.Locale;

/**
 * Wind at the surface.
 *
 * @param fromDegrees direction it blows from, 10 to 360 in tens, true; 0 when calm
 * @param knots mean speed; 0 when calm
 * @param gustKnots highest speed, or 0 when it does not gust
 * @param variable whether it has no direction worth giving, at light speed
 * @param sectorDegrees how far it swings to either side, or 0 when that is not worth giving
 */
record Wind(int fromDegrees, int knots, int gustKnots, boolean variable, int sectorDegrees) {
    private static final Wind CALM = new Wind(0, 0, 0, false, 0);

    /** Rolls a wind of {@code least} to {@code most} knots which gusts in some of 100 cases. */
    static Wind roll(Dice dice, int least, int most, int gustPercent) {
        int knots = dice.between(least, most);
        if (knots == 0) {
            return CALM;
        }
        int from = dice.stepped(10, 360, 10);
        // Annex 3, appendix 3: VRB is for light winds, a sector for 3 kt and more
        if (knots < 3 || (knots == 3 && dice.percent(40))) {
            return new Wind(from, knots, 0, true, 0);
        }
        // and gusts are given from 10 kt above the mean
        int gust = knots >= 8 && dice.percent(gustPercent) ? knots + dice.between(10, 18) : 0;
        int sector = dice.percent(15) ? dice.stepped(30, 60, 10) : 0;
        return new Wind(from, knots, gust, false, sector);
    }

    /** The wind group and, where it swings, the sector group after it. */
    String groups() {
        String gust = gustKnots > 0 ? String.format(Locale.ROOT, "G%02d", gustKnots) : "";
        String direction = variable ? "VRB" : String.format(Locale.ROOT, "%03d", fromDegrees);
        String wind = String.format(Locale.ROOT, "%s%02d%sKT", direction, knots, gust);
        if (sectorDegrees == 0) {
            return wind;
        }
        return String.format(Locale.ROOT, "%s %03dV%03d", wind, turned(-sectorDegrees), turned(sectorDegrees));
    }

    private int turned(int byDegrees) {
        int degrees = Math.floorMod(fromDegrees + byDegrees, 360);
        // north is 360: 000 stands for calm
        return degrees == 0 ? 360 : degrees;
    }
}
