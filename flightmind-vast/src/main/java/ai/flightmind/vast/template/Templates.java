package ai.flightmind.vast.template;

import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds templates. Thread-safe. */
public final class Templates {
    private final Transport transport;

    /** Made by the client. */
    public Templates(Transport transport) {
        this.transport = transport;
    }

    /** The templates of that name. */
    public List<Template> named(String name) {
        return search(Map.of("name", name));
    }

    /** The templates the service recommends. */
    public List<Template> recommended() {
        return search(Map.of("recommended", true));
    }

    /**
     * Templates whose fields have these values.
     *
     * @param equal by the service's field names, as {@code name}, {@code image}, {@code hash_id}, {@code recommended}
     */
    public List<Template> search(Map<String, ?> equal) {
        Map<String, Object> filters = new LinkedHashMap<>();
        equal.forEach((field, value) -> filters.put(field, Map.of("eq", value)));
        ApiCall call = ApiCall.get(Endpoint.TEMPLATES, "/api/v0/template/")
                .query("select_cols", "[\"*\"]")
                .query("select_filters", Json.write(filters));
        return transport.callForObject(call).requireList("templates").objects("templates").stream()
                .map(Template::fromJson)
                .toList();
    }
}
