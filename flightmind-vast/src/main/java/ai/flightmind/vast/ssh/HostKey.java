package ai.flightmind.vast.ssh;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;

/**
 * What a server proved itself with.
 *
 * @param instance the name it was seen under
 * @param type as {@code ssh-ed25519}
 * @param key the public key as OpenSSH writes it, in Base64
 */
public record HostKey(String instance, String type, String key, Instant firstSeen) {
    /** As OpenSSH shows it: {@code SHA256:…}. */
    public String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(Base64.getDecoder().decode(key));
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
