package ai.flightmind.vast.account;

import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Public keys, of the account and of one instance. A new key of the account does not surely reach instances that run
 * already: attach it. Thread-safe.
 */
public final class SshKeys {
    private static final String KEYS = "/api/v0/ssh/";

    private final Transport transport;

    /** Made by the client. */
    public SshKeys(Transport transport) {
        this.transport = transport;
    }

    /**
     * Adds a key to the account.
     *
     * @param publicKey its text, not a path to it
     * @throws IllegalArgumentException if it is not a public key
     */
    public SshKey create(String publicKey) {
        JsonFields answer = transport.callForObject(ApiCall.change(Endpoint.SSH_KEYS, "POST", KEYS, key(publicKey)));
        JsonFields made = answer.object("key");
        return made == null ? new SshKey(null, publicKey.strip()) : SshKey.fromJson(made);
    }

    /** The account's keys. */
    public List<SshKey> list() {
        return keys(transport.call(ApiCall.get(Endpoint.SSH_KEYS, KEYS)));
    }

    /** Puts another public key in the place of one of the account. */
    public void update(long keyId, String publicKey) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", keyId);
        body.putAll(key(publicKey));
        transport.callForObject(ApiCall.change(Endpoint.SSH_KEYS, "PUT", KEYS + keyId + "/", body));
    }

    /** Deletes a key from the account. */
    public void delete(long keyId) {
        transport.callForObject(ApiCall.change(Endpoint.SSH_KEYS, "DELETE", KEYS + keyId + "/", Map.of()));
    }

    /** Lets a key into one instance. */
    public void attach(long instanceId, String publicKey) {
        transport.callForObject(ApiCall.change(Endpoint.SSH_KEYS, "POST", of(instanceId), key(publicKey)));
    }

    /** The keys attached to an instance. */
    public List<SshKey> attached(long instanceId) {
        return keys(transport.call(ApiCall.get(Endpoint.SSH_KEYS, of(instanceId))));
    }

    /** Takes a key of an instance away again; the account keeps it. */
    public void detach(long instanceId, long keyId) {
        transport.callForObject(ApiCall.change(Endpoint.DETACH_KEY, "DELETE", of(instanceId) + keyId + "/", Map.of()));
    }

    private static String of(long instanceId) {
        return "/api/v0/instances/" + instanceId + "/ssh/";
    }

    private static Map<String, Object> key(String publicKey) {
        if (publicKey.contains("PRIVATE KEY")) {
            throw new IllegalArgumentException("That is a private key. Give the public one; its file ends in .pub.");
        }
        String text = publicKey.strip();
        boolean known = List.of("ssh-", "ecdsa-", "sk-").stream().anyMatch(text::startsWith);
        if (!known || !text.contains(" ") || text.contains("\n")) {
            throw new IllegalArgumentException(
                    "Not a public key: one line is wanted, as ssh-ed25519 AAAA… me@host, not a path.");
        }
        return Map.of("ssh_key", publicKey);
    }

    /** A list, or an object that holds one, whose items may be JSON texts. */
    private static List<SshKey> keys(@Nullable Object answer) {
        JsonFields fields = answer instanceof List<?>
                ? JsonFields.of(Collections.singletonMap("ssh_keys", answer), "$")
                : JsonFields.of(answer, "$");
        String name = fields.has("ssh_keys") ? "ssh_keys" : "keys";
        List<SshKey> keys = new ArrayList<>();
        for (Object item : fields.requireList(name).list(name)) {
            Object row = item instanceof String text ? Json.read(text) : item;
            keys.add(SshKey.fromJson(JsonFields.of(row, "$." + name + "[" + keys.size() + "]")));
        }
        return List.copyOf(keys);
    }
}
