package ai.flightmind.vast.recorded;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request as compared: values are equal by value, and a number equals the text of that number. */
record SentRequest(
        String method,
        String path,
        Map<String, Object> query,
        @Nullable Object body) {
    static SentRequest recorded(JsonFields fields) {
        Map<String, String> query = new TreeMap<>();
        Objects.requireNonNull(fields.object("query"))
                .asMap()
                .forEach((name, value) -> query.put(name, String.valueOf(value)));
        return of(
                Objects.requireNonNull(fields.text("method")),
                Objects.requireNonNull(fields.text("path")),
                query,
                fields.asMap().get("body"));
    }

    static SentRequest of(String method, String path, Map<String, String> query, @Nullable Object body) {
        Map<String, Object> values = new TreeMap<>();
        query.forEach((name, value) -> values.put(name, Objects.requireNonNull(plain(json(value)))));
        return new SentRequest(method, path, values, plain(body));
    }

    /** Repeats fall together: how often each side tries again is its own affair. */
    static List<SentRequest> withoutRepeats(List<SentRequest> requests) {
        List<SentRequest> once = new ArrayList<>();
        for (SentRequest request : requests) {
            if (once.isEmpty() || !once.get(once.size() - 1).equals(request)) {
                once.add(request);
            }
        }
        return once;
    }

    /** With another label: ours ends in letters of its own. */
    SentRequest labelled(@Nullable Object label) {
        if (!(body instanceof Map<?, ?> fields)) {
            return this;
        }
        Map<String, @Nullable Object> changed = new TreeMap<>();
        fields.forEach((name, value) -> changed.put(String.valueOf(name), value));
        changed.put("label", label);
        return new SentRequest(method, path, query, changed);
    }

    @Nullable
    Object label() {
        return body instanceof Map<?, ?> fields ? fields.get("label") : null;
    }

    private static Object json(String value) {
        if (!value.startsWith("{") && !value.startsWith("[")) {
            return value;
        }
        try {
            return Objects.requireNonNull(Json.read(value));
        } catch (DataException e) {
            return value;
        }
    }

    /** Numbers, and texts that are numbers, as one kind of text. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> plain = new TreeMap<>();
            map.forEach((name, field) -> plain.put(String.valueOf(name), plain(field)));
            return plain;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>();
            list.forEach(item -> plain.add(plain(item)));
            return plain;
        }
        if (value instanceof Number || value instanceof String) {
            try {
                return Double.valueOf(value.toString()).toString();
            } catch (NumberFormatException e) {
                return value;
            }
        }
        return value;
    }
}
