package ai.flightmind.vast.offer;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.query.Condition;
import ai.flightmind.vast.query.OfferQuery;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Offers in the order of the service. An immutable list that prints as a table, as a notebook's cell does. */
public final class Offers extends AbstractList<Offer> implements RandomAccess {
    private final List<Offer> offers;

    private Offers(List<Offer> offers) {
        this.offers = List.copyOf(offers);
    }

    public static Offers of(List<Offer> offers) {
        return new Offers(offers);
    }

    /**
     * Reads the answer to a search, {@code {"offers": […]}}.
     *
     * @param answer as parsed from JSON
     * @throws DataException if it is anything else; an answer that cannot be understood is never an empty list
     */
    public static Offers fromJson(@Nullable Object answer) {
        if (!(answer instanceof Map<?, ?> object) || !(object.get("offers") instanceof List<?> rows)) {
            throw new DataException(
                    "The answer to a search holds no list of offers at $.offers. The service may have changed;"
                            + " nothing can be said about what there is to rent.",
                    "$.offers",
                    null);
        }
        List<Offer> offers = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            String path = "$.offers[" + i + "]";
            if (!(rows.get(i) instanceof Map<?, ?> row)) {
                throw new DataException("Expected an offer at " + path, path, null);
            }
            offers.add(Offer.fromJson(withNames(row), path));
        }
        return new Offers(offers);
    }

    private static Map<String, @Nullable Object> withNames(Map<?, ?> row) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        row.forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }

    /**
     * Those that keep a query's conditions as far as their rows say; what a row leaves out is taken for kept. The
     * service's own filters have been wrong before.
     */
    public Offers matching(OfferQuery query) {
        return new Offers(
                offers.stream().filter(offer -> broken(offer, query).isEmpty()).toList());
    }

    /** The conditions of a query that an offer's row contradicts. */
    public static List<Condition> broken(Offer offer, OfferQuery query) {
        return query.conditions().stream()
                .filter(condition -> ConditionCheck.isBroken(offer, condition))
                .toList();
    }

    @Override
    public Offer get(int index) {
        return offers.get(index);
    }

    @Override
    public int size() {
        return offers.size();
    }

    /** A table, one line for each offer; {@code -} where the service says nothing. */
    @Override
    public String toString() {
        TextTable table = new TextTable(
                "ID",
                "GPUs",
                "GPU",
                "VRAM",
                "$/h",
                "NVLink",
                "CUDA",
                "Rel.",
                "Disk GB",
                "Down Mb/s",
                "Up Mb/s",
                "Max days",
                "Where");
        for (Offer offer : offers) {
            table.row(
                    String.valueOf(offer.id()),
                    shown("%d", offer.numGpus()),
                    shown("%s", offer.gpuName()),
                    shown("%s", offer.gpuRam()),
                    shown("%.3f", offer.pricePerHour()),
                    shown("%.0f", offer.nvlinkGbPerSecond()),
                    shown("%.1f", offer.cudaMaxGood()),
                    shown("%.3f", offer.reliability()),
                    shown("%.0f", offer.diskSpaceGb()),
                    shown("%.0f", offer.inetDownMbitPerSecond()),
                    shown("%.0f", offer.inetUpMbitPerSecond()),
                    shown("%.1f", days(offer.maxDuration())),
                    shown("%s", offer.geolocation()));
        }
        return offers.isEmpty() ? "No offers\n" : table.toString();
    }

    private static @Nullable Double days(@Nullable Duration duration) {
        return duration == null
                ? null
                : duration.toSeconds() / (double) Duration.ofDays(1).toSeconds();
    }

    private static String shown(String format, @Nullable Object value) {
        return value == null ? "-" : String.format(Locale.ROOT, format, value);
    }
}
