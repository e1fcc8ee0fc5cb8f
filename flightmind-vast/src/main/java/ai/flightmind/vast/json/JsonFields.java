package ai.flightmind.vast.json;

import ai.flightmind.vast.error.DataException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object, read by name and type. A field that is absent or null gives null; one of another type is a
 * {@link DataException} with its path. Numbers are also read from strings, and strings from numbers: the service sends
 * both for one field.
 */
public final class JsonFields {
    private final Map<String, @Nullable Object> map;
    private final String path;

    private JsonFields(Map<String, @Nullable Object> map, String path) {
        this.map = Collections.unmodifiableMap(map);
        this.path = path;
    }

    /**
     * Reads from a value as {@link Json#read} gives it.
     *
     * @throws DataException if it is not a JSON object
     */
    public static JsonFields of(@Nullable Object value, String path) {
        if (!(value instanceof Map<?, ?> entries)) {
            throw wrong(path, "an object", value);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        entries.forEach((key, field) -> map.put(String.valueOf(key), field));
        return new JsonFields(map, path);
    }

    /** Every field as read, in the order of the answer. */
    public Map<String, @Nullable Object> asMap() {
        return map;
    }

    public String path() {
        return path;
    }

    public boolean has(String name) {
        return map.get(name) != null;
    }

    public @Nullable String text(String name) {
        Object value = map.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (value instanceof Number) {
            return value.toString();
        }
        throw wrong(at(name), "text", value);
    }

    public @Nullable Double number(String name) {
        Object value = map.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text) {
            try {
                double number = Double.parseDouble(text.trim());
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw wrong(at(name), "a number", value);
            }
        }
        throw wrong(at(name), "a number", value);
    }

    /** A whole number; 4.0 is one. */
    public @Nullable Long whole(String name) {
        Object value = map.get(name);
        if (value instanceof Long whole) {
            return whole;
        }
        Double number = number(name);
        if (number == null) {
            return null;
        }
        if (number != Math.rint(number) || Math.abs(number) > 1L << 53) {
            throw wrong(at(name), "a whole number", value);
        }
        return number.longValue();
    }

    public @Nullable Integer count(String name) {
        Long whole = whole(name);
        if (whole == null) {
            return null;
        }
        if (whole != whole.intValue()) {
            throw wrong(at(name), "a number below 2^31", whole);
        }
        return whole.intValue();
    }

    /** True or false; of numbers, 0 is false. */
    public @Nullable Boolean flag(String name) {
        Object value = map.get(name);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        throw wrong(at(name), "true or false", value);
    }

    /** Seconds since 1970, fractions kept. */
    public @Nullable Instant instant(String name) {
        Double seconds = number(name);
        if (seconds == null) {
            return null;
        }
        if (Math.abs(seconds) > 1e11) {
            throw wrong(at(name), "seconds since 1970", map.get(name));
        }
        double whole = Math.floor(seconds);
        return Instant.ofEpochSecond((long) whole, (long) ((seconds - whole) * 1e9));
    }

    /** The objects of a list; empty if the field is absent or null. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> objects = new ArrayList<>();
        for (Object item : list(name)) {
            objects.add(of(item, at(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof String text)) {
                throw wrong(at(name) + "[" + texts.size() + "]", "text", item);
            }
            texts.add(text);
        }
        return Collections.unmodifiableList(texts);
    }

    /** The list's items; empty if the field is absent or null. */
    public List<@Nullable Object> list(String name) {
        Object value = map.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(at(name), "a list", value);
        }
        return Collections.unmodifiableList(list);
    }

    /** The object of that name; null if the field is absent or null. */
    public @Nullable JsonFields object(String name) {
        Object value = map.get(name);
        return value == null ? null : of(value, at(name));
    }

    /** The value, or a {@link DataException} that says the answer lacks it. */
    public <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new DataException("The answer lacks " + at(name) + ".", at(name), null);
        }
        return value;
    }

    /** Present, and a list. */
    public JsonFields requireList(String name) {
        required(name, map.get(name));
        list(name);
        return this;
    }

    private String at(String name) {
        return path + "." + name;
    }

    /** Says the type found, never the value: it may be a secret. */
    private static DataException wrong(String path, String expected, @Nullable Object found) {
        String kind = found == null
                ? "nothing"
                : found instanceof Map ? "an object" : found instanceof List ? "a list" : kind(found);
        return new DataException("Expected " + expected + " at " + path + ", found " + kind + ".", path, null);
    }

    private static String kind(Object found) {
        return found instanceof String ? "text" : found instanceof Boolean ? "true or false" : "a number";
    }
}
