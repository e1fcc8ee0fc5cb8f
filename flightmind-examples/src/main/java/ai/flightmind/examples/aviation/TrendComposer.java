package ai.flightmind.examples.aviation;

import java.util.Locale;

/** The two-hour trend at the end of a report: what will change, if anything. */
final class TrendComposer {
    private final Dice dice;

    TrendComposer(Dice dice) {
        this.dice = dice;
    }

    /** NOSIG, or one change that fits the weather of the hour. */
    String compose(Weather weather) {
        if (dice.percent(60)) {
            return "NOSIG";
        }
        if (weather.visibilityMetres() < 5_000) {
            return "BECMG " + at() + dice.word("5000 6000 7000 8000 9999");
        }
        if (weather.layers().stream().anyMatch(layer -> !layer.type().isEmpty())) {
            return String.format(
                    Locale.ROOT,
                    "TEMPO %s %s %s",
                    gusts(weather.wind()),
                    dice.word("2000 3000 4000") + " " + dice.word("SHRA +SHRA TSRA +TSRA"),
                    "BKN"
                            + Layer.stack(dice, "BKN", dice.between(8, 30), "CB")
                                    .get(0)
                                    .group()
                                    .substring(3));
        }
        if (weather.phenomena().isEmpty()) {
            return dice.percent(50)
                    ? "TEMPO " + gusts(weather.wind())
                    : "BECMG " + at() + "BKN0" + dice.between(10, 40);
        }
        return "TEMPO " + dice.word("2000 3000 4000") + " "
                + dice.word(weather.celsius() <= 1 ? "SN -SN" : "RA -RA +RA DZ");
    }

    /** From when on or until when, followed by a blank, or nothing. */
    private String at() {
        return dice.percent(50)
                ? String.format(
                        Locale.ROOT, "%s%02d%02d ", dice.word("FM TL AT"), dice.between(0, 23), dice.stepped(0, 30, 30))
                : "";
    }

    private String gusts(Wind wind) {
        int from = wind.fromDegrees() == 0 ? 360 : wind.fromDegrees();
        int knots = wind.knots() + dice.between(10, 15);
        return new Wind(from, knots, knots + dice.between(10, 15), false, 0).groups();
    }
}
