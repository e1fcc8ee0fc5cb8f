package ai.flightmind.vast.storage;

import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies that the service makes by itself, from host to host or to a bucket. Thread-safe. */
public final class Copies {
    private static final String DIRECT = "/api/v0/commands/copy_direct/";

    private final Transport transport;

    /** Made by the client. */
    public Copies(Transport transport) {
        this.transport = transport;
    }

    /**
     * One end of a copy.
     *
     * @param id an instance ({@code 123} or {@code C.123}), a volume ({@code V.9}) or a connection ({@code s3.101})
     */
    public record Place(String id, String path) {
        /** A path on an instance. */
        public static Place instance(long id, String path) {
            return new Place(Long.toString(id), path);
        }
    }

    /** Which way a bucket is copied. */
    public enum Direction {
        TO_CLOUD("Instance To Cloud"),
        FROM_CLOUD("Cloud To Instance");

        private final String word;

        Direction(String word) {
            this.word = word;
        }
    }

    /**
     * Starts a copy.
     *
     * @throws IllegalArgumentException if it would overwrite {@code /} or {@code /root}, which breaks an instance
     */
    public Map<String, @Nullable Object> copy(Place from, Place to) {
        String target = to.path().replaceAll("/+$", "");
        if (target.isEmpty() || target.equals("/root")) {
            throw new IllegalArgumentException("Copying onto " + to.path() + " breaks the instance; use a folder.");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("client_id", "me");
        body.put("src_id", from.id());
        body.put("dst_id", to.id());
        body.put("src_path", from.path());
        body.put("dst_path", to.path());
        return send("PUT", DIRECT, body);
    }

    /** Ends copies to this place, named as in {@link Place#id}. */
    public void cancel(String toId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("client_id", "me");
        body.put("dst_id", toId);
        send("DELETE", DIRECT, body);
    }

    /**
     * Copies between an instance and a connected bucket.
     *
     * @param flags of rclone, as {@code --dry-run}
     */
    public Map<String, @Nullable Object> cloud(
            long instanceId, String connection, Direction direction, String from, String to, List<String> flags) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("src", from);
        body.put("dst", to);
        body.put("instance_id", Long.toString(instanceId));
        body.put("selected", connection);
        body.put("transfer", direction.word);
        body.put("flags", List.copyOf(flags));
        return send("POST", "/api/v0/commands/rclone/", body);
    }

    /**
     * Pushes the container as an image.
     *
     * @param repository as {@code me/image}
     * @param password of the registry; sent to the service, shown nowhere
     * @param pause whether the container stands still meanwhile
     */
    public Map<String, @Nullable Object> snapshot(
            long instanceId, String registry, String repository, String user, String password, boolean pause) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", Long.toString(instanceId));
        body.put("container_registry", registry);
        body.put("personal_repo", repository);
        body.put("docker_login_user", user);
        body.put("docker_login_pass", password);
        body.put("pause", Boolean.toString(pause));
        return send("POST", "/api/v0/instances/take_snapshot/" + instanceId + "/", body);
    }

    private Map<String, @Nullable Object> send(String method, String path, Map<String, Object> body) {
        return transport
                .callForObject(
                        ApiCall.change(Endpoint.OTHER, method, path, body).repeated(Repeat.IF_REFUSED))
                .asMap();
    }
}
