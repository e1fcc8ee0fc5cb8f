package ai.flightmind.vast.offer;

import ai.flightmind.vast.query.Condition;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.query.Operator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Why a query finds what it finds: each condition left out in turn, and how many offers there would be.
 *
 * @param matches how many offers match the whole query
 * @param relaxed one for each condition, the one that excludes most first
 */
public record QueryExplanation(OfferQuery query, int matches, List<Relaxed> relaxed) {
    /** So many that the service's own limit counts, not ours. */
    private static final int COUNT_LIMIT = 3_000;

    public QueryExplanation {
        relaxed = List.copyOf(relaxed);
    }

    /**
     * The query without one condition.
     *
     * @param matches how many offers there are then
     * @param excluded how many of them this condition alone keeps out
     */
    public record Relaxed(Condition condition, int matches, int excluded) {}

    /**
     * Searches once for the query and once for each of its conditions. Not for {@code rentable=true}, which the service
     * adds by itself where it is missing.
     *
     * @param count searches and returns how many offers it found
     */
    public static QueryExplanation of(OfferQuery query, ToIntFunction<OfferQuery> count) {
        OfferQuery all = query.toBuilder().limit(COUNT_LIMIT).build();
        int matches = count.applyAsInt(all);
        List<Relaxed> relaxed = new ArrayList<>();
        for (Condition condition : query.conditions()) {
            if (!isImplied(condition)) {
                int without =
                        count.applyAsInt(all.toBuilder().without(condition).build());
                relaxed.add(new Relaxed(condition, without, Math.max(0, without - matches)));
            }
        }
        relaxed.sort(Comparator.comparingInt(Relaxed::excluded).reversed());
        return new QueryExplanation(query, matches, relaxed);
    }

    private static boolean isImplied(Condition condition) {
        return condition.equals(new Condition("rentable", Operator.EQ, true));
    }

    /** In sentences, for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(counted(matches)).append(": ").append(query).append('\n');
        if (matches == 0 && relaxed.stream().allMatch(one -> one.excluded() == 0)) {
            text.append("No condition is to blame alone: leave out two or more. They are\n");
        }
        for (Relaxed one : relaxed) {
            text.append(String.format(
                    "  without %-28s %s%n",
                    one.condition(), one.excluded() == 0 ? "no more" : one.excluded() + " more"));
        }
        query.warnings().forEach(warning -> text.append("  ").append(warning).append('\n'));
        return text.toString();
    }

    private static String counted(int offers) {
        return offers == 0 ? "No offer matches" : offers == 1 ? "1 offer matches" : offers + " offers match";
    }
}
