package ai.flightmind.examples;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.offer.Offers;
import ai.flightmind.vast.offer.QueryExplanation;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.query.OfferType;
import ai.flightmind.vast.query.Order;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Searches Vast.ai's market as {@code vastai search offers} does, with its arguments. */
@Command(
        name = "SearchOffers",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Searches Vast.ai for GPUs to rent.")
public final class SearchOffers implements Runnable {
    private static final double EXACT_INTEGERS = 1L << 53;

    private final Market market;
    private final PrintStream out;
    private final PrintStream err;

    @Parameters(
            arity = "0..*",
            paramLabel = "QUERY",
            description = "such as 'gpu_name=H100_SXM num_gpus=4 reliability>0.95'; memory in GB, duration in days")
    private List<String> query = new ArrayList<>();

    private @Nullable OfferType type;

    @Option(
            names = {"-o", "--order"},
            description = "fields to sort by, the descending ones with - behind; default: score-",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String order;

    @Option(
            names = "--limit",
            description = "most offers to show; default: as many as the service gives",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer limit;

    @Option(
            names = "--storage",
            paramLabel = "GB",
            description = "disk that prices include; default: 5",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double storage;

    @Option(
            names = {"-n", "--no-default"},
            description = "without verified=true external=false rentable=true")
    private boolean noDefault;

    @Option(names = "--new", description = "ask the service's newer search")
    private boolean newEndpoint;

    @Option(names = "--explain", description = "print the request, do not send it; needs no key")
    private boolean explain;

    @Option(names = "--raw", description = "print the offers as JSON")
    private boolean raw;

    @Option(names = "--why", description = "say how many offers each condition excludes, by searching without it")
    private boolean why;

    /** What this program needs of the service. */
    interface Market {
        List<Offer> search(OfferQuery query);
    }

    SearchOffers(Market market, PrintStream out, PrintStream err) {
        this.market = market;
        this.out = out;
        this.err = err;
    }

    @Option(
            names = {"-t", "--type"},
            paramLabel = "TYPE",
            description = "on-demand (the default), bid (interruptible) or reserved",
            showDefaultValue = Visibility.NEVER)
    void setType(String name) {
        type = OfferType.of(name);
    }

    @Option(
            names = {"-d", "--on-demand"},
            description = "as -t on-demand",
            showDefaultValue = Visibility.NEVER)
    void setOnDemand(boolean ignored) {
        type = OfferType.ON_DEMAND;
    }

    @Option(
            names = {"-i", "--interruptible", "-b", "--bid"},
            description = "as -t bid",
            showDefaultValue = Visibility.NEVER)
    void setInterruptible(boolean ignored) {
        type = OfferType.INTERRUPTIBLE;
    }

    @Option(
            names = {"-r", "--reserved"},
            description = "as -t reserved",
            showDefaultValue = Visibility.NEVER)
    void setReserved(boolean ignored) {
        type = OfferType.RESERVED;
    }

    public static void main(String[] args) {
        System.exit(Commands.execute(new SearchOffers(SearchOffers::searchLive, System.out, System.err), args));
    }

    private static List<Offer> searchLive(OfferQuery query) {
        try (VastClient vast = VastClient.create()) {
            return vast.offers().search(query);
        }
    }

    @Override
    public void run() {
        OfferQuery asked = query();
        asked.warnings().forEach(warning -> err.println("warning: " + warning));
        if (explain) {
            out.println(asked.method() + " " + asked.path());
            out.println(asked.toJson());
        } else if (why) {
            out.print(
                    QueryExplanation.of(asked, relaxed -> market.search(relaxed).size()));
        } else {
            show(market.search(asked));
        }
        out.flush();
    }

    /** Options may also stand in the query's text, as {@link OfferQuery#toString} writes them. */
    private OfferQuery query() {
        String text = String.join(" ", query);
        OfferQuery.Builder asked = OfferQuery.parse(noDefault ? "-n " + text : text).toBuilder();
        if (type != null) {
            asked.type(type);
        }
        if (order != null) {
            asked.orderBy(Order.parse(order));
        }
        if (limit != null) {
            asked.limit(limit);
        }
        if (storage != null) {
            asked.diskGb(storage);
        }
        if (newEndpoint) {
            asked.newEndpoint(true);
        }
        return asked.build();
    }

    private void show(List<Offer> offers) {
        if (raw) {
            JsonAdapter<Object> json = new Moshi.Builder()
                    .build()
                    .adapter(Object.class)
                    .serializeNulls()
                    .indent("  ");
            out.println(json.toJson(
                    offers.stream().map(offer -> plain(offer.json())).toList()));
            return;
        }
        out.print(Offers.of(offers));
        if (offers.isEmpty()) {
            err.println("Nothing matches; --why says which condition excludes how many.");
        }
    }

    /** Whole numbers without a fraction, as the service writes them. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            object.forEach((name, element) -> copy.put(name, plain(element)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(plain(element)));
            return copy;
        } else if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < EXACT_INTEGERS) {
            return number.longValue();
        }
        return value;
    }
}
