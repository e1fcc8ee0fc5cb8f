package ai.flightmind.vast.account;

import ai.flightmind.vast.json.JsonFields;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A public key the service knows.
 *
 * @param publicKey one line, as {@code ssh-ed25519 AAAA… me@host}
 */
public record SshKey(@Nullable Long id, String publicKey) {
    static SshKey fromJson(JsonFields json) {
        String key = json.text("public_key");
        if (key == null) {
            key = json.text("key");
        }
        if (key == null) {
            key = json.text("ssh_key");
        }
        return new SshKey(json.whole("id"), json.required("public_key", key));
    }

    /** Whether both are one key; the comment at the end does not count. */
    public boolean sameKey(String other) {
        return material(publicKey).equals(material(other));
    }

    private static String material(String key) {
        StringTokenizer words = new StringTokenizer(key);
        return words.countTokens() < 2 ? key.strip() : words.nextToken() + " " + words.nextToken();
    }
}
