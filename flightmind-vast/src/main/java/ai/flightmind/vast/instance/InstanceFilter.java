package ai.flightmind.vast.instance;

import ai.flightmind.vast.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which instances to list, and in which order. Only what the service stores can be filtered; the answer's rows are checked
 * again here, since its filters have been wrong. Immutable: each method gives a new one.
 *
 * @param in allowed values by column
 * @param order columns, {@code asc} or {@code desc}; the id always comes last
 * @param columns to ask for; empty for all
 */
public record InstanceFilter(Map<String, List<String>> in, Map<String, String> order, List<String> columns) {
    public InstanceFilter {
        in = Map.copyOf(in);
        order = new LinkedHashMap<>(order);
        columns = List.copyOf(columns);
    }

    /** Every instance of the account. */
    public static InstanceFilter all() {
        return new InstanceFilter(Map.of(), Map.of(), List.of());
    }

    /** Those in one of these states. */
    public InstanceFilter status(InstanceStatus... anyOf) {
        List<String> values = new ArrayList<>();
        for (InstanceStatus status : anyOf) {
            values.add(status.value());
        }
        return with("actual_status", values);
    }

    /** Those with one of these labels, exactly. */
    public InstanceFilter label(String... anyOf) {
        return with("label", List.of(anyOf));
    }

    /** Those with one of these GPUs, named as the service does. */
    public InstanceFilter gpuName(String... anyOf) {
        return with("gpu_name", List.of(anyOf));
    }

    /** Sorts by a column of the service's; of several calls the first counts most. */
    public InstanceFilter orderBy(String column, boolean ascending) {
        Map<String, String> more = new LinkedHashMap<>(order);
        more.put(column, ascending ? "asc" : "desc");
        return new InstanceFilter(in, more, columns);
    }

    /** Asks for these columns only; the rest of each instance is null. The id is always there. */
    public InstanceFilter columns(List<String> names) {
        List<String> all = new ArrayList<>(names);
        if (!all.isEmpty() && !all.contains("id")) {
            all.add(0, "id");
        }
        return new InstanceFilter(in, order, all);
    }

    /** The query's parameters. */
    public Map<String, String> toQuery() {
        Map<String, Object> filters = new LinkedHashMap<>();
        for (String column : List.of("actual_status", "label", "gpu_name")) {
            if (in.containsKey(column)) {
                filters.put(column, Map.of("in", in.getOrDefault(column, List.of())));
            }
        }
        List<Object> sorting = new ArrayList<>();
        order.forEach((column, direction) -> sorting.add(sort(column, direction)));
        if (!order.containsKey("id")) {
            sorting.add(sort("id", "asc"));
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("select_filters", Json.write(filters));
        query.put("order_by", Json.write(sorting));
        query.put("limit", "25");
        if (!columns.isEmpty()) {
            query.put("select_cols", Json.write(columns));
        }
        return query;
    }

    /** Whether an instance passes. What the columns asked for leave out counts as passed. */
    public boolean matches(Instance instance) {
        return passes("actual_status", instance.status() == null ? null : String.valueOf(instance.status()))
                && passes("label", instance.label())
                && passes("gpu_name", instance.gpuName());
    }

    private boolean passes(String column, @Nullable String value) {
        List<String> allowed = in.get(column);
        if (allowed == null || (!columns.isEmpty() && !columns.contains(column))) {
            return true;
        }
        return value != null && allowed.contains(value);
    }

    private InstanceFilter with(String column, List<String> values) {
        Map<String, List<String>> more = new LinkedHashMap<>(in);
        more.put(column, List.copyOf(values));
        return new InstanceFilter(more, order, columns);
    }

    private static Map<String, Object> sort(String column, String direction) {
        Map<String, Object> sort = new LinkedHashMap<>();
        sort.put("col", column);
        sort.put("dir", direction);
        return sort;
    }
}
