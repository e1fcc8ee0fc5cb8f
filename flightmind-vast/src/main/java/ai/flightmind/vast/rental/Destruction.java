package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import java.util.List;
import java.util.Map;

/** Ends rentals, insistently. */
final class Destruction {
    private static final String GONE = "no_such_instance";

    private final Transport transport;

    Destruction(Transport transport) {
        this.transport = transport;
    }

    /** Returns once the instance does not exist any more, whoever destroyed it. */
    void destroy(long id) {
        send("/api/v0/instances/" + id + "/", Map.of());
    }

    void destroyAll(List<Long> ids) {
        send("/api/v0/instances/", Map.of("instance_ids", ids));
    }

    private void send(String path, Map<String, Object> body) {
        ApiCall call = ApiCall.change(Endpoint.DESTROY, "DELETE", path, body).repeated(Repeat.DESTROY);
        try {
            transport.callForObject(call);
        } catch (NotFoundException e) {
            // A 404 of some proxy does not mean that the machine is gone; only the service's own word does.
            if (!GONE.equals(e.code()) && !String.valueOf(e.getMessage()).contains(GONE)) {
                throw e;
            }
        }
    }
}
