package ai.flightmind.examples.aviation.judge;

import io.github.mivek.model.AbstractWeatherContainer;
import io.github.mivek.model.Cloud;
import io.github.mivek.model.Metar;
import io.github.mivek.model.Wind;
import io.github.mivek.model.trend.MetarTrend;

/** Whether the values that a report gives can occur in the air of this planet. */
final class PossibleValues {
    private static final int COLDEST_CELSIUS = -80;
    private static final int WARMEST_CELSIUS = 57;
    private static final int LOWEST_HPA = 870;
    private static final int HIGHEST_HPA = 1085;

    private PossibleValues() {}

    /** Day, hour and minute, two digits each. */
    static void requireTime(String time) throws RefusedException {
        int day = Integer.parseInt(time, 0, 2, 10);
        int hour = Integer.parseInt(time, 2, 4, 10);
        int minute = Integer.parseInt(time, 4, 6, 10);
        RefusedException.unless(day >= 1 && day <= 31, "no month has a day " + day);
        RefusedException.unless(hour < 24, "no day has an hour " + hour);
        RefusedException.unless(minute < 60, "no hour has a minute " + minute);
    }

    static void require(ReportText text, Metar decoded) throws RefusedException {
        int celsius = decoded.getTemperature();
        int dewCelsius = decoded.getDewPoint();
        RefusedException.unless(
                celsius >= COLDEST_CELSIUS && celsius <= WARMEST_CELSIUS,
                "a temperature of " + celsius + " degrees is not possible");
        RefusedException.unless(
                dewCelsius <= celsius, "the dew point " + dewCelsius + " is above the temperature " + celsius);
        int hpa = decoded.getAltimeter();
        RefusedException.unless(
                hpa >= LOWEST_HPA && hpa <= HIGHEST_HPA, "a pressure of " + hpa + " hPa is not possible");
        requireAir(text.body(), decoded);
        for (int i = 0; i < text.changes().size(); i++) {
            MetarTrend change = decoded.getTrends().get(i);
            requireAir(text.changes().get(i), change);
        }
    }

    private static void requireAir(ReportSection section, AbstractWeatherContainer decoded) throws RefusedException {
        if (section.has(ReportGroup.WIND)) {
            requireWind(decoded.getWind());
        }
        int below = 0;
        for (Cloud cloud : decoded.getClouds()) {
            int feet = cloud.getHeight() == null ? below : cloud.getHeight();
            RefusedException.unless(feet >= below, "a cloud at " + feet + " ft is given above one at " + below + " ft");
            below = feet;
        }
    }

    private static void requireWind(Wind wind) throws RefusedException {
        // none for a variable wind
        Integer from = wind.getDirectionDegrees();
        if (from != null) {
            RefusedException.unless(
                    from <= 360 && from % 10 == 0, "wind from " + from + " degrees is not given in tens up to 360");
            RefusedException.unless((from == 0) == (wind.getSpeed() == 0), "only a calm has no direction");
        }
        Integer gust = wind.getGust();
        RefusedException.unless(
                gust == null || gust > wind.getSpeed(), "gusts of " + gust + " are not above the mean wind");
        if (wind.getMinVariation() != null) {
            RefusedException.unless(
                    wind.getMinVariation() <= 360 && wind.getMaxVariation() <= 360,
                    "the wind swings beyond 360 degrees");
        }
    }
}
