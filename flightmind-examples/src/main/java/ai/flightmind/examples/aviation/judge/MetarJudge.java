package ai.flightmind.examples.aviation.judge;

import io.github.mivek.model.Metar;
import io.github.mivek.model.trend.MetarTrend;
import io.github.mivek.parser.MetarParser;
import java.util.List;

/**
 * Decides whether a report could be taken for a METAR, with a parser of the field: the library
 * metarParser.
 *
 * <p>The library is lenient, it passes over in silence what it cannot read. A report is therefore
 * accepted only if
 *
 * <ul>
 *   <li>its groups have the form and the order of WMO FM 15,
 *   <li>the library reads it without error, knows the station and keeps every group up to the
 *       remarks,
 *   <li>station, time, wind, visibility or CAVOK, temperature with dew point, and pressure are there,
 *   <li>and the values it read are possible ones.
 * </ul>
 *
 * <p>Remarks are free text and not judged. Stricter than the field in one thing: groups that the
 * library does not know, such as CLR, refuse the report. Immutable; for one thread at a time, as the
 * library promises no more.
 */
public final class MetarJudge {
    private static final List<ReportGroup> REQUIRED =
            List.of(ReportGroup.WIND, ReportGroup.TEMPERATURE, ReportGroup.PRESSURE);

    private final MetarParser parser = MetarParser.getInstance();

    /** A judge; each is as good as another. */
    public MetarJudge() {}

    /**
     * Judges one report.
     *
     * @param report one line that begins with {@code METAR }, without a line end
     */
    public Verdict judge(String report) {
        try {
            ReportText text = ReportText.read(report);
            requireAll(text);
            Metar decoded = decode(text);
            requireKept(text, decoded);
            PossibleValues.require(text, decoded);
            return new Verdict(true, "accepted");
        } catch (RefusedException e) {
            return new Verdict(false, e.reason());
        }
    }

    private static void requireAll(ReportText text) throws RefusedException {
        PossibleValues.requireTime(text.time());
        ReportSection body = text.body();
        for (ReportGroup kind : REQUIRED) {
            RefusedException.unless(body.has(kind), "the " + ReportSection.words(kind) + " is missing");
        }
        RefusedException.unless(
                body.has(ReportGroup.VISIBILITY) || body.has(ReportGroup.CAVOK), "the visibility is missing");
    }

    private Metar decode(ReportText text) throws RefusedException {
        Metar decoded;
        try {
            decoded = parser.parse(text.coded());
        } catch (RuntimeException e) {
            // on bad input the library fails with whatever its string handling throws
            throw new RefusedException("the parser failed: " + e);
        }
        RefusedException.unless(decoded.getAirport() != null, "the parser knows no station " + decoded.getStation());
        return decoded;
    }

    private static void requireKept(ReportText text, Metar decoded) throws RefusedException {
        text.body().requireKeptIn(decoded);
        text.body()
                .requireKept(
                        ReportGroup.RUNWAY_VISUAL_RANGE, decoded.getRunways().size());
        RefusedException.unless(decoded.isNosig() == text.noChange(), "the parser did not read NOSIG");
        List<MetarTrend> changes = decoded.getTrends();
        RefusedException.unless(changes.size() == text.changes().size(), "the parser did not read the trend");
        for (int i = 0; i < changes.size(); i++) {
            text.changes().get(i).requireKeptIn(changes.get(i));
        }
    }

    /**
     * What became of a report.
     *
     * @param accepted whether it could be taken for a METAR
     * @param reason in words: why it was refused, or "accepted"
     */
    public record Verdict(boolean accepted, String reason) {}
}
