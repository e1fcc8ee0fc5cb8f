package ai.flightmind.vast.storage;

import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.json.JsonFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Volumes: disks of one machine that outlive its instances, and are billed until deleted. Thread-safe. */
public final class Volumes {
    private final Transport transport;

    /** Made by the client. */
    public Volumes(Transport transport) {
        this.transport = transport;
    }

    /** Offers of volumes. */
    public List<Volume> search(VolumeQuery query) {
        ApiCall call = ApiCall.ask(Endpoint.VOLUMES, "POST", "/api/v0/volumes/search/", query.toBody());
        return volumes(transport.callForObject(call), "offers");
    }

    /** The account's volumes. */
    public List<Volume> list() {
        ApiCall call = ApiCall.get(Endpoint.VOLUMES, "/api/v0/volumes")
                .query("owner", "me")
                .query("type", "all_volume");
        return volumes(transport.callForObject(call), "volumes");
    }

    /**
     * Makes a volume from an offer. Never sent twice: if the answer is lost, look at {@link #list()}.
     *
     * @return its name, as {@code V.123}, which mounts want; null if the service did not say
     */
    public @Nullable String create(long offerId, int sizeGb, @Nullable String name) {
        if (sizeGb < 1) {
            throw new IllegalArgumentException("The size is at least 1 GB: " + sizeGb);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("size", sizeGb);
        body.put("id", offerId);
        if (name != null) {
            body.put("name", name);
        }
        ApiCall call = ApiCall.change(Endpoint.VOLUMES, "PUT", "/api/v0/volumes/", body)
                .repeated(Repeat.NEVER);
        return transport.callForObject(call).text("volume_name");
    }

    /** Deletes a volume and what is on it. */
    public void delete(long volumeId) {
        transport.callForObject(ApiCall.change(Endpoint.VOLUMES, "DELETE", "/api/v0/volumes/", Map.of())
                .query("id", Long.toString(volumeId)));
    }

    private static List<Volume> volumes(JsonFields answer, String name) {
        return answer.requireList(name).objects(name).stream()
                .map(Volume::fromJson)
                .toList();
    }
}
