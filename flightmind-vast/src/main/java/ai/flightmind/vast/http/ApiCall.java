package ai.flightmind.vast.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request, before it is sent. Every method but GET has a JSON body, an empty object at least, as the service expects.
 *
 * @param path whole, as {@code /api/v0/instances/5/}; its last slash matters
 * @param query in order, not yet encoded
 */
public record ApiCall(
        Endpoint endpoint,
        Repeat repeat,
        String method,
        String path,
        Map<String, String> query,
        Map<String, ? extends @Nullable Object> body) {

    /** A read. */
    public static ApiCall get(Endpoint endpoint, String path) {
        return new ApiCall(endpoint, Repeat.READ, "GET", path, Map.of(), Map.of());
    }

    /** A read that the service wants sent as POST or PUT with a body. */
    public static ApiCall ask(
            Endpoint endpoint, String method, String path, Map<String, ? extends @Nullable Object> body) {
        return new ApiCall(endpoint, Repeat.READ, method, path, Map.of(), body);
    }

    /** A change that is sent again only where it was refused as too early. */
    public static ApiCall change(
            Endpoint endpoint, String method, String path, Map<String, ? extends @Nullable Object> body) {
        return new ApiCall(endpoint, Repeat.IF_REFUSED, method, path, Map.of(), body);
    }

    public ApiCall repeated(Repeat repeat) {
        return new ApiCall(endpoint, repeat, method, path, query, body);
    }

    public ApiCall query(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(query);
        more.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
        return new ApiCall(endpoint, repeat, method, path, more, body);
    }

    boolean hasBody() {
        return !method.equals("GET");
    }

    /** Method and path: a query or body may hold what others should not read. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
