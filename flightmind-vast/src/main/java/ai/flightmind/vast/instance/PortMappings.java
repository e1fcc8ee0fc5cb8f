package ai.flightmind.vast.instance;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.json.JsonFields;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"22/tcp": [{"HostIp": "0.0.0.0", "HostPort": "40123"}]}}; a bare number is taken as the port, too. */
final class PortMappings {
    private PortMappings() {}

    static Map<String, Integer> of(JsonFields instance) {
        JsonFields ports = instance.object("ports");
        if (ports == null) {
            return Map.of();
        }
        Map<String, Integer> mapped = new LinkedHashMap<>();
        for (String inside : ports.asMap().keySet()) {
            List<@Nullable Object> bindings = ports.list(inside);
            if (!bindings.isEmpty()) {
                mapped.put(inside, port(bindings.get(0), ports.path() + "." + inside + "[0]"));
            }
        }
        return Collections.unmodifiableMap(mapped);
    }

    private static int port(@Nullable Object binding, String path) {
        JsonFields fields = binding instanceof Map
                ? JsonFields.of(binding, path)
                : JsonFields.of(Collections.singletonMap("HostPort", binding), path);
        int port = fields.required("HostPort", fields.count("HostPort"));
        if (port < 1 || port > 65535) {
            throw new DataException("Not a port at " + path + ".", path, null);
        }
        return port;
    }
}
