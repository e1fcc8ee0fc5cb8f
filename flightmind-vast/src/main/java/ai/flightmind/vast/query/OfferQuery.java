package ai.flightmind.vast.query;

import ai.flightmind.vast.error.QueryException;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What to search the market for. An immutable value; conditions hold all at once.
 *
 * <pre>{@code
 * OfferQuery query = OfferQuery.builder()
 *         .where(GPU_NAME).eq("H100_SXM").where(NUM_GPUS).eq(4)
 *         .where(GPU_RAM).gte(MemorySize.ofGb(80))
 *         .orderBy(DPH_TOTAL.ascending()).diskGb(500).build();
 * }</pre>
 *
 * <p>Unless switched off, three conditions hold by default, as in the command line: {@code verified=true},
 * {@code external=false} and {@code rentable=true}. They are among {@link #conditions()}.
 */
public final class OfferQuery {
    /** The disk that prices include unless {@link Builder#diskGb} says otherwise, in GB. */
    public static final double DEFAULT_DISK_GB = 5;

    private static final Map<String, Boolean> DEFAULT_FILTERS = defaultFilters();
    private static final List<Order> DEFAULT_ORDER = List.of(OfferField.SCORE.descending());
    /** What the body has beside its fields, so that no field can be called so. */
    static final Set<String> OPTIONS = Set.of("order", "type", "limit", "allocated_storage");

    private static final JsonAdapter<Object> JSON =
            new Moshi.Builder().build().adapter(Object.class).serializeNulls();

    private final Map<String, Map<Operator, @Nullable Object>> filters;
    private final OfferType type;
    private final List<Order> order;
    private final @Nullable Integer limit;
    private final double diskGb;
    private final boolean newEndpoint;

    private OfferQuery(Builder builder) {
        this.filters = builder.effectiveFilters();
        this.type = builder.type;
        this.order = builder.order;
        this.limit = builder.limit;
        this.diskGb = builder.diskGb;
        this.newEndpoint = builder.newEndpoint;
    }

    private static Map<String, Boolean> defaultFilters() {
        Map<String, Boolean> filters = new LinkedHashMap<>();
        filters.put("verified", true);
        filters.put("external", false);
        filters.put("rentable", true);
        return Collections.unmodifiableMap(filters);
    }

    /** A query with the default filters, on demand, by descending score, priced with 5 GB of disk, without a limit. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that begins with this query; the default filters are then conditions like any other. */
    public Builder toBuilder() {
        Builder builder = new Builder().noDefaultFilters();
        filters.forEach((field, comparisons) -> builder.filters.put(field, new EnumMap<>(comparisons)));
        return builder.type(type)
                .orderBy(order)
                .limit(limit == null ? 0 : limit)
                .diskGb(diskGb)
                .newEndpoint(newEndpoint);
    }

    /**
     * Reads the language of {@code vastai search offers}, whole: {@code gpu_name=H100_SXM num_gpus=4 gpu_ram>=80}, and
     * its options {@code -t -o --limit --storage -n --new} with their long and short forms. Memory is in GB and duration
     * in days there; {@code _} stands for a space.
     *
     * @throws QueryException if it is not of the language; it says where and what was expected
     */
    public static OfferQuery parse(String text) {
        return new QueryParser(text).parse();
    }

    /** All conditions, the default filters among them. */
    public List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        filters.forEach((field, comparisons) ->
                comparisons.forEach((operator, value) -> conditions.add(new Condition(field, operator, value))));
        return List.copyOf(conditions);
    }

    public OfferType type() {
        return type;
    }

    public List<Order> order() {
        return order;
    }

    /** The most offers to answer with; empty leaves it to the service, which does not say how many it gives. */
    public OptionalInt limit() {
        return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    /** The disk that prices include, in GB. */
    public double diskGb() {
        return diskGb;
    }

    /** What is likely not meant: each says what it would match. Empty for most queries. */
    public List<String> warnings() {
        return QueryWarnings.of(this);
    }

    public String method() {
        return newEndpoint ? "PUT" : "POST";
    }

    public String path() {
        return newEndpoint ? "/api/v0/search/asks/" : "/api/v0/bundles/";
    }

    /** The request's body: maps, lists, strings, numbers, booleans and nulls, in the order of the command line. */
    public Map<String, @Nullable Object> toBody() {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        filters.forEach((field, comparisons) -> {
            Map<String, @Nullable Object> byName = new LinkedHashMap<>();
            comparisons.forEach((operator, value) -> byName.put(operator.apiName(), value));
            body.put(field, byName);
        });
        body.put(
                "order",
                order.stream()
                        .map(key -> List.of(key.field(), key.isAscending() ? "asc" : "desc"))
                        .toList());
        body.put("type", type.apiName());
        if (limit != null) {
            body.put("limit", (long) limit);
        }
        body.put("allocated_storage", QueryValue.number(diskGb));
        if (!newEndpoint) {
            return body;
        }
        Map<String, @Nullable Object> wrapped = new LinkedHashMap<>();
        wrapped.put("select_cols", List.of("*"));
        wrapped.put("q", body);
        return wrapped;
    }

    /** {@link #toBody()} as JSON. */
    public String toJson() {
        return JSON.toJson(toBody());
    }

    /** In the command line's language: {@link #parse} gives an equal query back. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        boolean noDefaults = DEFAULT_FILTERS.keySet().stream().noneMatch(filters::containsKey);
        filters.forEach((field, comparisons) -> {
            Boolean usual = DEFAULT_FILTERS.get(field);
            if (usual != null && !comparisons.containsKey(Operator.EQ)) {
                words.add(field + "=any");
            }
            comparisons.forEach((operator, value) -> {
                if (usual == null || operator != Operator.EQ || !usual.equals(value)) {
                    words.add(new Condition(field, operator, value).toString());
                }
            });
        });
        if (!noDefaults) {
            DEFAULT_FILTERS.keySet().stream()
                    .filter(field -> !filters.containsKey(field))
                    .forEach(field -> words.add(field + "=any"));
        } else {
            words.add("-n");
        }
        if (!type.equals(OfferType.ON_DEMAND)) {
            words.add("-t " + type);
        }
        if (!order.equals(DEFAULT_ORDER)) {
            List<String> keys = order.stream().map(Order::toString).toList();
            words.add("-o " + (keys.isEmpty() ? "\"\"" : String.join(",", keys)));
        }
        if (limit != null) {
            words.add("--limit " + limit);
        }
        if (diskGb != DEFAULT_DISK_GB) {
            words.add("--storage " + QueryValue.number(diskGb));
        }
        if (newEndpoint) {
            words.add("--new");
        }
        return String.join(" ", words);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OfferQuery query
                && filters.equals(query.filters)
                && type.equals(query.type)
                && order.equals(query.order)
                && Objects.equals(limit, query.limit)
                && diskGb == query.diskGb
                && newEndpoint == query.newEndpoint;
    }

    @Override
    public int hashCode() {
        return Objects.hash(filters, type, order, limit, diskGb, newEndpoint);
    }

    /** Builds an {@link OfferQuery}. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Map<Operator, @Nullable Object>> filters = new LinkedHashMap<>();
        private final Set<String> withoutDefault = new TreeSet<>();
        private OfferType type = OfferType.ON_DEMAND;
        private List<Order> order = DEFAULT_ORDER;
        private @Nullable Integer limit;
        private double diskGb = DEFAULT_DISK_GB;
        private boolean newEndpoint;

        private Builder() {}

        /** Begins a condition: {@code where(NUM_GPUS).eq(4)}. */
        public <W> W where(OfferField<W> field) {
            return field.compareIn(this);
        }

        /** Takes back all conditions on a field, a default filter among them. */
        public Builder any(OfferField<?> field) {
            return any(field.name());
        }

        Builder any(String field) {
            filters.remove(field);
            withoutDefault.add(field);
            return this;
        }

        /** Takes back one condition. */
        public Builder without(Condition condition) {
            Map<Operator, @Nullable Object> comparisons = filters.get(condition.field());
            if (comparisons != null) {
                comparisons.remove(condition.operator());
            }
            if (condition.operator() == Operator.EQ) {
                withoutDefault.add(condition.field());
            }
            return this;
        }

        /** Switches the default filters off; conditions given to this builder stay. */
        public Builder noDefaultFilters() {
            withoutDefault.addAll(DEFAULT_FILTERS.keySet());
            return this;
        }

        Builder put(String field, Operator operator, @Nullable Object value) {
            filters.computeIfAbsent(field, name -> new EnumMap<>(Operator.class))
                    .put(operator, value);
            return this;
        }

        /** Default {@link OfferType#ON_DEMAND}. */
        public Builder type(OfferType type) {
            this.type = type;
            return this;
        }

        /** The keys to sort by, the first counts most. Default: the service's score, descending. */
        public Builder orderBy(Order... order) {
            return orderBy(Arrays.asList(order));
        }

        /** As {@link #orderBy(Order...)}; an empty list leaves the order to the service. */
        public Builder orderBy(List<Order> order) {
            this.order = List.copyOf(order);
            return this;
        }

        /** The most offers to answer with; 0 (default) leaves it to the service. */
        public Builder limit(int limit) {
            if (limit < 0) {
                throw new IllegalArgumentException("limit must be 0 or more, not " + limit);
            }
            this.limit = limit == 0 ? null : limit;
            return this;
        }

        /** The disk that will be rented, in GB, for which prices are asked; default 5. */
        public Builder diskGb(double diskGb) {
            if (!Double.isFinite(diskGb) || diskGb < 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "diskGb must be 0 or more, not %s", diskGb));
            }
            this.diskGb = diskGb + 0.0;
            return this;
        }

        /** Whether to ask the service's newer search, which is said to give machines twice; default false. */
        public Builder newEndpoint(boolean newEndpoint) {
            this.newEndpoint = newEndpoint;
            return this;
        }

        public OfferQuery build() {
            return new OfferQuery(this);
        }

        private Map<String, Map<Operator, @Nullable Object>> effectiveFilters() {
            Map<String, Map<Operator, @Nullable Object>> effective = new LinkedHashMap<>();
            DEFAULT_FILTERS.forEach((field, usual) -> {
                Map<Operator, @Nullable Object> comparisons = new EnumMap<>(Operator.class);
                if (!withoutDefault.contains(field)) {
                    comparisons.put(Operator.EQ, usual);
                }
                comparisons.putAll(filters.getOrDefault(field, Map.of()));
                if (!comparisons.isEmpty()) {
                    effective.put(field, Collections.unmodifiableMap(comparisons));
                }
            });
            filters.forEach((field, comparisons) -> {
                if (!comparisons.isEmpty() && !effective.containsKey(field)) {
                    effective.put(field, Collections.unmodifiableMap(new EnumMap<>(comparisons)));
                }
            });
            return Collections.unmodifiableMap(effective);
        }
    }
}
