package ai.flightmind.vast.query;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One key to sort offers by. The service sorts; unknown fields are its business.
 *
 * @param field the API's name
 */
public record Order(String field, boolean isAscending) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");

    public Order {
        if (!NAME.matcher(field).matches()) {
            throw new IllegalArgumentException("to sort by takes field names such as dph_total, not '" + field + "'");
        }
    }

    /**
     * Reads the command line's list: {@code dph_total} or {@code dph+} ascending, {@code score-} descending, keys
     * separated by commas, none if blank. The command's short names are understood.
     */
    public static List<Order> parse(String text) {
        List<Order> orders = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String name = part.strip();
            if (!name.isEmpty()) {
                boolean descending = name.startsWith("-") || name.endsWith("-");
                String field = name.replaceAll(descending ? "^-+|-+$" : "^\\++|\\++$", "");
                orders.add(new Order(OfferField.unaliased(field), !descending));
            }
        }
        return List.copyOf(orders);
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return isAscending ? field : field + "-";
    }
}
