package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import ai.flightmind.vast.json.JsonFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the account's instances, page by page. What it cannot understand is an error: others read it as "none". */
final class Listing {
    private final Transport transport;
    private final Repeat repeat;

    Listing(Transport transport, Repeat repeat) {
        this.transport = transport;
        this.repeat = repeat;
    }

    List<Instance> read(InstanceFilter filter) {
        List<Instance> instances = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        String token = null;
        do {
            ApiCall call =
                    ApiCall.get(Endpoint.LIST_INSTANCES, "/api/v1/instances/").repeated(repeat);
            for (Map.Entry<String, String> parameter : filter.toQuery().entrySet()) {
                call = call.query(parameter.getKey(), parameter.getValue());
            }
            if (token != null) {
                call = call.query("after_token", token);
            }
            JsonFields page = transport.callForObject(call);
            List<JsonFields> rows = page.requireList("instances").objects("instances");
            rows.forEach(row -> instances.add(Instance.fromJson(row)));
            Long total = page.whole("total_instances");
            if (instances.isEmpty() && filter.in().isEmpty() && total != null && total > 0) {
                throw new DataException(
                        "The service counts " + total + " instances and lists none.", "$.instances", null);
            }
            token = page.text("next_token");
            if (token != null && !tokens.add(token)) {
                throw new DataException("The service gives the same page again.", "$.next_token", null);
            }
        } while (token != null);
        instances.removeIf(instance -> !filter.matches(instance));
        return List.copyOf(instances);
    }
}
