package ai.flightmind.vast.query;

import org.jspecify.annotations.Nullable;

/**
 * One comparison of a query, in the API's name and unit.
 *
 * @param field the API's name
 * @param value as it is sent: a string, a number, a boolean, null, or a list of strings and numbers
 */
public record Condition(
        String field, Operator operator, @Nullable Object value) {

    /** In the command line's language and units, such as {@code gpu_ram>=80}. */
    @Override
    public String toString() {
        return field + operator.text() + QueryValue.toText(field, operator, value);
    }
}
