package ai.flightmind.examples.aviation.judge;

import io.github.mivek.model.AbstractWeatherContainer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A stretch of a report, the body or one change of the trend: how often it gives which group.
 *
 * @param counts of the groups given; those not given are missing
 */
record ReportSection(Map<ReportGroup, Integer> counts) {
    private static final Set<ReportGroup> SAID_BY_CAVOK =
            EnumSet.of(ReportGroup.VISIBILITY, ReportGroup.LOWEST_VISIBILITY, ReportGroup.WEATHER);

    /** Groups that have no place in a trend, and which the parser would pass over there. */
    private static final Set<ReportGroup> BODY_ONLY = EnumSet.of(
            ReportGroup.MODIFIER,
            ReportGroup.WIND_SECTOR,
            ReportGroup.LOWEST_VISIBILITY,
            ReportGroup.RUNWAY_VISUAL_RANGE,
            ReportGroup.TEMPERATURE,
            ReportGroup.PRESSURE);

    /** A change in the trend, which gives only the groups that will be different. */
    static ReportSection readChange(List<String> groups) throws RefusedException {
        RefusedException.unless(!groups.isEmpty(), "a change in the trend says nothing");
        ReportSection change = read(groups);
        for (ReportGroup kind : change.counts().keySet()) {
            RefusedException.unless(!BODY_ONLY.contains(kind), "the " + words(kind) + " stands in the trend");
        }
        return change;
    }

    /** Tells the groups by their form, which must come in their order and not too often. */
    static ReportSection read(List<String> groups) throws RefusedException {
        EnumMap<ReportGroup, Integer> counts = new EnumMap<>(ReportGroup.class);
        ReportGroup last = ReportGroup.MODIFIER;
        for (String group : groups) {
            ReportGroup kind = kindOf(group);
            RefusedException.unless(kind.compareTo(last) >= 0, "group " + group + " is out of order");
            RefusedException.unless(
                    counts.merge(kind, 1, Integer::sum) <= kind.most(), "group " + group + " is one too many");
            last = kind;
        }
        ReportSection section = new ReportSection(Collections.unmodifiableMap(counts));
        section.requireOneSky();
        return section;
    }

    boolean has(ReportGroup kind) {
        return counts.containsKey(kind);
    }

    /** Whether the parser has kept every group: what it cannot read it passes over in silence. */
    void requireKeptIn(AbstractWeatherContainer decoded) throws RefusedException {
        requireKept(ReportGroup.WIND, decoded.getWind() == null ? 0 : 1);
        if (has(ReportGroup.WIND_SECTOR)) {
            requireKept(ReportGroup.WIND_SECTOR, decoded.getWind().getMinVariation() == null ? 0 : 1);
        }
        requireKept(ReportGroup.CAVOK, decoded.isCavok() ? 1 : 0);
        if (has(ReportGroup.VISIBILITY)) {
            requireKept(ReportGroup.VISIBILITY, decoded.getVisibility() == null ? 0 : 1);
        }
        requireKept(ReportGroup.WEATHER, decoded.getWeatherConditions().size());
        requireKept(ReportGroup.VERTICAL_VISIBILITY, decoded.getVerticalVisibility() == null ? 0 : 1);
        // the parser keeps a clear sky as a layer without a height
        ReportGroup sky = has(ReportGroup.CLEAR_SKY) ? ReportGroup.CLEAR_SKY : ReportGroup.CLOUD;
        requireKept(sky, decoded.getClouds().size());
    }

    /** Refuses the report unless the parser kept as many groups of the kind as are given. */
    void requireKept(ReportGroup kind, int kept) throws RefusedException {
        int given = counts.getOrDefault(kind, 0);
        RefusedException.unless(
                kept == given, "the parser read " + kept + " of " + given + " groups of " + words(kind));
    }

    static String words(ReportGroup kind) {
        return kind == ReportGroup.CAVOK
                ? kind.name()
                : kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static ReportGroup kindOf(String group) throws RefusedException {
        for (ReportGroup kind : ReportGroup.values()) {
            if (kind.hasForm(group)) {
                return kind;
            }
        }
        throw new RefusedException(
                group.isEmpty() ? "a blank stands beside another" : "group " + group + " is not understood");
    }

    private void requireOneSky() throws RefusedException {
        RefusedException.unless(
                !has(ReportGroup.CAVOK) || Collections.disjoint(counts.keySet(), SAID_BY_CAVOK),
                "CAVOK stands beside visibility or weather");
        int skies = 0;
        for (ReportGroup kind :
                List.of(ReportGroup.CAVOK, ReportGroup.CLOUD, ReportGroup.CLEAR_SKY, ReportGroup.VERTICAL_VISIBILITY)) {
            skies += has(kind) ? 1 : 0;
        }
        RefusedException.unless(skies <= 1, "the sky is given in two ways");
    }
}
