package ai.flightmind.examples.aviation;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Invents weather that hangs together: what falls goes with the temperature, what can be seen with
 * what falls, the dew point with fog, the wind with both.
 */
final class WeatherMaker {
    private static final Pattern FALLING = Pattern.compile("DZ|RA|SN|SG|SH|TS");

    private final Dice dice;

    WeatherMaker(Dice dice) {
        this.dice = dice;
    }

    /** The weather at {@code station} on some day of some year. */
    Weather at(Station station) {
        int season = 10 * dice.between(-station.swingCelsius(), station.swingCelsius());
        int tenths = 10 * station.meanCelsius() + season + dice.between(-60, 60);
        int roll = dice.between(1, 100);
        if (roll <= 45) {
            return fair(tenths);
        }
        if (station.dry() && roll <= 80) {
            return dusty(tenths);
        }
        if (roll <= 58) {
            return murky(tenths);
        }
        if (roll <= 66) {
            return foggy(Math.min(tenths, 200));
        }
        if (roll <= 84) {
            return tenths <= 5 ? snowing(tenths) : raining(tenths);
        }
        if (roll <= 93 || tenths < 120) {
            return showers(tenths);
        }
        return thunder(tenths);
    }

    private Weather fair(int tenths) {
        int spread = dice.between(30, 180);
        String amounts = dice.word("FEW FEW,SCT SCT SCT,BKN BKN FEW,FEW FEW,BKN SCT,OVC OVC");
        // sheets that no rising air made
        boolean high = dice.percent(15);
        List<Layer> layers =
                dice.percent(15) ? List.of() : cloud(amounts, high ? spread + dice.between(100, 400) : spread, "");
        Wind wind = Wind.roll(dice, 0, 22, 20);
        int visibility = dice.percent(12) ? dice.stepped(7_000, 9_000, 1_000) : 10_000;
        return weather(wind, visibility, List.of(), layers, tenths, spread);
    }

    private Weather dusty(int tenths) {
        boolean blowing = dice.percent(35);
        Wind wind = blowing ? Wind.roll(dice, 16, 32, 70) : Wind.roll(dice, 2, 14, 0);
        int visibility = blowing ? dice.stepped(1_200, 5_000, 100) : dice.stepped(2_000, 5_000, 500);
        String phenomenon = blowing ? dice.word("BLDU BLSA DU") : dice.word("HZ DU FU");
        List<Layer> layers = dice.percent(60) ? List.of() : cloud("FEW", 150, "");
        return weather(wind, visibility, List.of(phenomenon), layers, tenths, dice.between(80, 220));
    }

    private Weather murky(int tenths) {
        // mist needs damp air, haze and smoke dry air
        boolean mist = dice.percent(65);
        int spread = mist ? dice.between(3, 20) : dice.between(40, 90);
        String phenomenon = mist ? dice.word("BR BR BR MIFG BCFG") : dice.word("HZ HZ FU");
        String amounts = dice.word("FEW SCT BKN OVC SCT,BKN FEW,BKN");
        Wind wind = Wind.roll(dice, 0, 8, 0);
        return weather(
                wind, dice.stepped(1_500, 5_000, 100), List.of(phenomenon), cloud(amounts, 40, ""), tenths, spread);
    }

    private Weather foggy(int tenths) {
        int visibility = dice.stepped(100, 900, 50);
        boolean hidden = visibility < 600 && dice.percent(65);
        List<Layer> layers = hidden ? List.of() : Layer.stack(dice, dice.word("BKN OVC"), dice.between(1, 4), "");
        String phenomenon = tenths < 0 ? "FZFG" : "FG";
        Wind wind = Wind.roll(dice, 0, 5, 0);
        return new Weather(
                wind,
                visibility,
                List.of(phenomenon),
                layers,
                hidden,
                tenths,
                tenths - dice.between(0, 8),
                dice.between(10_120, 10_340));
    }

    private Weather raining(int tenths) {
        // drizzle is fine drops: it hides more than rain of the same strength
        boolean drizzle = dice.percent(25);
        String strength = dice.word("- - - moderate +");
        int visibility = visibilityIn(strength, drizzle ? 3_000 : 6_000);
        boolean freezing = tenths < 15 && dice.percent(30);
        String kind = (freezing ? "FZ" : "") + (drizzle ? "DZ" : "RA");
        int spread = dice.between(3, 30);
        List<String> phenomena = visibility <= 5_000 && spread < 20
                ? List.of(sign(strength) + kind, "BR")
                : List.of(sign(strength) + kind);
        String amounts = dice.word("OVC BKN BKN,OVC SCT,OVC FEW,BKN,OVC SCT,BKN");
        int temperature = freezing ? Math.min(tenths, -2) : tenths;
        Wind wind = Wind.roll(dice, 3, 24, 25);
        return weather(wind, visibility, phenomena, cloud(amounts, spread + 15, ""), temperature, spread);
    }

    private Weather snowing(int tenths) {
        String strength = dice.word("- - - moderate +");
        int visibility = visibilityIn(strength, 2_500);
        boolean drifting = tenths < -10 && dice.percent(15);
        Wind wind = drifting ? Wind.roll(dice, 18, 30, 60) : Wind.roll(dice, 0, 16, 15);
        String kind = tenths > -15 ? dice.word("SN SN RASN") : dice.word("SN SN SN SG");
        // snow grains have no strength but light
        String snow = (kind.equals("SG") ? "-" : sign(strength)) + kind;
        List<String> phenomena = drifting ? List.of(snow, dice.word("BLSN DRSN")) : List.of(snow);
        List<Layer> layers = cloud(dice.word("OVC BKN,OVC SCT,OVC BKN"), 25, "");
        return weather(wind, visibility, phenomena, layers, tenths, dice.between(5, 30));
    }

    private Weather showers(int tenths) {
        String strength = dice.word("- - moderate +");
        String kind = tenths <= 5 ? "SHSN" : "SHRA";
        boolean near = dice.percent(20);
        int visibility = near ? 10_000 : visibilityIn(strength, tenths <= 5 ? 3_000 : 7_000);
        String phenomenon = near ? "VCSH" : sign(strength) + kind;
        Wind wind = Wind.roll(dice, 4, 24, 40);
        int spread = dice.between(20, 70);
        List<Layer> layers = cloud(dice.word("FEW,BKN SCT SCT,BKN BKN FEW,SCT,BKN"), spread, dice.word("TCU TCU CB"));
        return weather(wind, visibility, List.of(phenomenon), layers, tenths, spread);
    }

    private Weather thunder(int tenths) {
        boolean near = dice.percent(20);
        boolean dryStorm = !near && dice.percent(15);
        String strength = dice.word("- moderate + +");
        int visibility = near || dryStorm ? 10_000 : visibilityIn(strength, 6_000);
        String hail = strength.equals("+") && dice.percent(20) ? "GR" : "";
        String phenomenon = near ? "VCTS" : dryStorm ? "TS" : sign(strength) + "TSRA" + hail;
        Wind wind = Wind.roll(dice, 6, 26, 65);
        List<Layer> layers = cloud(dice.word("FEW,BKN SCT,BKN BKN SCT,BKN,OVC"), dice.between(25, 80), "CB");
        return weather(wind, visibility, List.of(phenomenon), layers, tenths, dice.between(15, 50));
    }

    /** Fills in dew point and pressure, which is low where something falls from the sky. */
    private Weather weather(
            Wind wind, int visibility, List<String> phenomena, List<Layer> layers, int tenths, int spread) {
        boolean falling =
                phenomena.stream().anyMatch(group -> FALLING.matcher(group).find());
        int pressure = falling ? dice.between(9_860, 10_190) : dice.between(10_080, 10_360);
        return new Weather(wind, visibility, phenomena, layers, false, tenths, tenths - spread, pressure);
    }

    /** Layers from the height at which rising air condenses: about 400 ft for each degree of spread. */
    private List<Layer> cloud(String amounts, int spreadTenths, String lowestType) {
        int base = Math.max(3, spreadTenths * 4 / 10 + dice.between(-4, 8));
        return Layer.stack(dice, amounts.replace(',', ' '), base, lowestType);
    }

    /** The stronger it falls, the less is seen. */
    private int visibilityIn(String strength, int mostMetres) {
        int most = strength.equals("-") ? mostMetres : strength.equals("+") ? mostMetres / 3 : mostMetres / 2;
        return dice.stepped(most / 300 * 100, most / 100 * 100, 100);
    }

    private static String sign(String strength) {
        return strength.equals("moderate") ? "" : strength;
    }
}
