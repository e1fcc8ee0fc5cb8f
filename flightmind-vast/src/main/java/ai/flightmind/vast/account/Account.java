package ai.flightmind.vast.account;

import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.json.JsonFields;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The account's own data and settings. Thread-safe. */
public final class Account {
    private static final String SECRETS = "/api/v0/secrets/";

    private final Transport transport;

    /** Made by the client. */
    public Account(Transport transport) {
        this.transport = transport;
    }

    public User user() {
        return User.fromJson(transport.callForObject(ApiCall.get(Endpoint.OTHER, "/api/v0/users/current")));
    }

    /** Variables that the service sets in every instance, by name. Their values may be secrets. */
    public Map<String, String> environment() {
        JsonFields answer = transport.callForObject(ApiCall.get(Endpoint.SECRETS, SECRETS));
        JsonFields secrets = answer.required("secrets", answer.object("secrets"));
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : secrets.asMap().keySet()) {
            String value = secrets.text(name);
            environment.put(name, value == null ? "" : value);
        }
        return Collections.unmodifiableMap(environment);
    }

    /** Adds a variable. The service turns the name to upper case and takes letters, digits and {@code _ - .} as value. */
    public void createVariable(String name, String value) {
        secret("POST", variable(name, value));
    }

    /** Gives a variable another value, under the rules of {@link #createVariable}. */
    public void updateVariable(String name, String value) {
        secret("PUT", variable(name, value));
    }

    /** Deletes a variable. */
    public void deleteVariable(String name) {
        secret("DELETE", Map.of("key", name));
    }

    /** Buckets and drives connected to the account, as the service tells of them. */
    public List<Map<String, @Nullable Object>> cloudConnections() {
        Object answer = transport.call(ApiCall.get(Endpoint.OTHER, "/api/v0/users/cloud_integrations/"));
        JsonFields fields = answer instanceof List<?>
                ? JsonFields.of(Collections.singletonMap("cloud_integrations", answer), "$")
                : JsonFields.of(answer, "$");
        return fields.requireList("cloud_integrations").objects("cloud_integrations").stream()
                .map(JsonFields::asMap)
                .toList();
    }

    private void secret(String method, Map<String, Object> body) {
        transport.callForObject(ApiCall.change(Endpoint.SECRETS, method, SECRETS, body));
    }

    private static Map<String, Object> variable(String name, String value) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("key", name);
        body.put("value", value);
        return body;
    }
}
