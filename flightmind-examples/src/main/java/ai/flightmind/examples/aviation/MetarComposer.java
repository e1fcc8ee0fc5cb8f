package ai.flightmind.examples.aviation;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Writes weather down as a METAR: one line, groups in the order of WMO FM 15, with the units and
 * habits of the station's region.
 *
 * <p>The parser that judges reports does not know CLR, NCD or NSW, nor weather groups of six letters
 * without a sign, so none is written; a clear sky in the United States is SKC, which only an
 * observer may report.
 */
final class MetarComposer {
    private final Dice dice;
    private final WeatherMaker weatherMaker;
    private final TrendComposer trendComposer;

    MetarComposer(Dice dice) {
        this.dice = dice;
        this.weatherMaker = new WeatherMaker(dice);
        this.trendComposer = new TrendComposer(dice);
    }

    /** A report from any station, without a line end. */
    String compose() {
        Station station = dice.pick(Stations.ALL);
        Weather weather = weatherMaker.at(station);
        StringJoiner groups = new StringJoiner(" ");
        boolean skyClear = weather.layers().isEmpty() && !weather.skyHidden();
        boolean corrected = dice.percent(2);
        boolean automatic = !corrected && !(station.statuteMiles() && skyClear) && dice.percent(20);
        groups.add("METAR");
        if (corrected) {
            groups.add("COR");
        }
        groups.add(station.icao()).add(time(station));
        if (automatic) {
            groups.add("AUTO");
        }
        groups.add(weather.wind().groups());
        addSky(groups, station, weather);
        groups.add(signed(weather.celsius()) + "/" + signed(weather.dewCelsius()));
        groups.add(pressure(station, weather));
        if (station.unitedStates()) {
            groups.add(remarks(weather, automatic));
        } else if (!station.statuteMiles() && !automatic && dice.percent(65)) {
            groups.add(trendComposer.compose(weather));
        }
        return groups.toString();
    }

    /** Every station keeps to its own minutes: near the full hour in America, half-hourly elsewhere. */
    private String time(Station station) {
        int own = Math.floorMod(station.icao().hashCode(), 5);
        int minute = station.statuteMiles() ? 51 + own : (own < 3 ? 0 : 20) + (dice.percent(50) ? 30 : 0);
        return String.format(Locale.ROOT, "%02d%02d%02dZ", dice.between(1, 31), dice.between(0, 23), minute);
    }

    private void addSky(StringJoiner groups, Station station, Weather weather) {
        if (!station.statuteMiles() && weather.ceilingAndVisibilityOk()) {
            groups.add("CAVOK");
            return;
        }
        groups.add(Visibility.group(station, weather.visibilityMetres()));
        if (weather.visibilityMetres() < 1_500 && dice.percent(50)) {
            groups.add(runwayVisualRange(station, weather.visibilityMetres()));
        }
        weather.phenomena().forEach(groups::add);
        if (weather.skyHidden()) {
            groups.add(String.format(Locale.ROOT, "VV%03d", dice.between(1, 4)));
        } else if (weather.layers().isEmpty()) {
            groups.add(station.statuteMiles() ? "SKC" : "NSC");
        }
        weather.layers().forEach(layer -> groups.add(layer.group()));
    }

    private String runwayVisualRange(Station station, int visibilityMetres) {
        String runway = dice.pick(station.runways());
        // lit runways are seen from farther than anything else
        int metres = Math.min(2_000, visibilityMetres + dice.stepped(50, 400, 50));
        if (!station.statuteMiles()) {
            return String.format(Locale.ROOT, "R%s/%04d%s", runway, metres, dice.word("U D N"));
        }
        int feet = metres * 33 / 10 / 200 * 200;
        return dice.percent(50)
                ? String.format(Locale.ROOT, "R%s/%04dFT", runway, feet)
                : String.format(Locale.ROOT, "R%s/%04dV%04dFT", runway, feet, feet + dice.stepped(400, 1_400, 200));
    }

    private static String signed(int celsius) {
        return String.format(Locale.ROOT, "%s%02d", celsius < 0 ? "M" : "", Math.abs(celsius));
    }

    private static String pressure(Station station, Weather weather) {
        return station.statuteMiles()
                ? String.format(Locale.ROOT, "A%04d", weather.hundredthsOfInch())
                : String.format(Locale.ROOT, "Q%04d", weather.wholeHpa());
    }

    /** The remarks of a United States station: sensor, sea level pressure, temperatures in tenths. */
    private String remarks(Weather weather, boolean automatic) {
        StringJoiner remarks = new StringJoiner(" ");
        remarks.add("RMK").add(automatic && dice.percent(20) ? "AO1" : "AO2");
        List<String> phenomena = weather.phenomena();
        if (phenomena.stream().anyMatch(group -> group.contains("TSRA"))) {
            remarks.add("LTG DSNT " + dice.word("N NE E SE S SW W NW"));
        }
        remarks.add(String.format(Locale.ROOT, "SLP%03d", weather.tenthsHpa() % 1_000));
        remarks.add("T" + tenths(weather.tenthsCelsius()) + tenths(weather.dewTenthsCelsius()));
        return remarks.toString();
    }

    private static String tenths(int celsius) {
        return String.format(Locale.ROOT, "%d%03d", celsius < 0 ? 1 : 0, Math.abs(celsius));
    }
}
