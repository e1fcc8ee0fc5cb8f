package ai.flightmind.vast.fake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Filters and sorts rows as the service does. */
final class Rows {
    private Rows() {}

    /** Whether the row passes {@code {field: {operator: value}}}. Other entries are left aside. */
    static boolean pass(Map<String, @Nullable Object> row, Map<?, ?> filters) {
        for (Map.Entry<?, ?> filter : filters.entrySet()) {
            if (filter.getValue() instanceof Map<?, ?> conditions) {
                Object value = row.get(String.valueOf(filter.getKey()));
                for (Map.Entry<?, ?> condition : conditions.entrySet()) {
                    if (!passes(value, String.valueOf(condition.getKey()), condition.getValue())) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Sorts by {@code [["field", "asc"], …]}. */
    static void sort(List<Map<String, @Nullable Object>> rows, @Nullable Object order) {
        if (!(order instanceof List<?> keys)) {
            return;
        }
        List<Object> reversed = new ArrayList<>(keys);
        java.util.Collections.reverse(reversed);
        for (Object key : reversed) {
            if (key instanceof List<?> pair && pair.size() == 2) {
                Comparator<Map<String, @Nullable Object>> by =
                        (a, b) -> compare(a.get(String.valueOf(pair.get(0))), b.get(String.valueOf(pair.get(0))));
                rows.sort("desc".equals(pair.get(1)) ? by.reversed() : by);
            }
        }
    }

    private static boolean passes(@Nullable Object value, String operator, @Nullable Object wanted) {
        return switch (operator) {
            case "eq" -> same(value, wanted);
            case "neq" -> !same(value, wanted);
            case "in" -> wanted instanceof Collection<?> any && any.stream().anyMatch(w -> same(value, w));
            case "notin" -> wanted instanceof Collection<?> any && any.stream().noneMatch(w -> same(value, w));
            case "gt" -> value != null && compare(value, wanted) > 0;
            case "gte" -> value != null && compare(value, wanted) >= 0;
            case "lt" -> value != null && compare(value, wanted) < 0;
            case "lte" -> value != null && compare(value, wanted) <= 0;
            default -> false;
        };
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return Objects.equals(a, b) || (a != null && b != null && compare(a, b) == 0);
    }

    private static int compare(@Nullable Object a, @Nullable Object b) {
        Double left = number(a);
        Double right = number(b);
        return left != null && right != null
                ? left.compareTo(right)
                : String.valueOf(a).compareTo(String.valueOf(b));
    }

    private static @Nullable Double number(@Nullable Object value) {
        try {
            return value == null ? null : Double.valueOf(value.toString());
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
