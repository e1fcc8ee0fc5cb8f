package ai.flightmind.vast.bucket.store;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/** A key for a store: an identifier, a secret, and a token if the key is a short-lived one. {@link #toString()} shows none of them. */
public final class BucketCredentials {
    private final String id;
    private final String secret;
    private final @Nullable String token;

    private BucketCredentials(String id, String secret, @Nullable String token) {
        this.id = clean(id, "key's identifier");
        this.secret = clean(secret, "secret");
        this.token = token == null || token.isBlank() ? null : clean(token, "session token");
    }

    /**
     * A lasting key.
     *
     * @throws IllegalArgumentException if one is empty or could not be one; the message does not repeat it
     */
    public static BucketCredentials of(String id, String secret) {
        return new BucketCredentials(id, secret, null);
    }

    /**
     * A short-lived key.
     *
     * @throws IllegalArgumentException if one is empty or could not be one; the message does not repeat it
     */
    public static BucketCredentials of(String id, String secret, String sessionToken) {
        return new BucketCredentials(id, secret, sessionToken);
    }

    /**
     * Where other tools find them: {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY} (and
     * {@code AWS_SESSION_TOKEN}); {@code B2_APPLICATION_KEY_ID} and {@code B2_APPLICATION_KEY}, which come first for a
     * Backblaze endpoint and count for no other; then the profile {@code AWS_PROFILE}, by default {@code default}, of
     * {@code AWS_SHARED_CREDENTIALS_FILE}, by default {@code ~/.aws/credentials}.
     *
     * @throws BucketException with {@link Reason#NO_CREDENTIALS} if they are in none of them
     */
    public static BucketCredentials find(StoreAddress address, Map<String, String> environment, Path home) {
        if (address.isBackblaze()) {
            BucketCredentials b2 = pair(environment, "B2_APPLICATION_KEY_ID", "B2_APPLICATION_KEY", null);
            if (b2 != null) {
                return b2;
            }
        }
        BucketCredentials aws =
                pair(environment, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", environment.get("AWS_SESSION_TOKEN"));
        if (aws != null) {
            return aws;
        }
        String named = environment.get("AWS_SHARED_CREDENTIALS_FILE");
        Path file = named == null || named.isBlank() ? home.resolve(".aws").resolve("credentials") : Path.of(named);
        String profile = environment.getOrDefault("AWS_PROFILE", "default");
        if (Files.isReadable(file)) {
            BucketCredentials found = inFile(file, profile);
            if (found != null) {
                return found;
            }
        }
        throw new BucketException(
                Reason.NO_CREDENTIALS,
                "No key for " + address + ". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                        + (address.isBackblaze() ? " (or B2_APPLICATION_KEY_ID and B2_APPLICATION_KEY)" : "")
                        + ", or write them under [" + profile + "] in " + file
                        + ", or give them to Bucket.builder().credentials(...).",
                null);
    }

    private static @Nullable BucketCredentials inFile(Path file, String name) {
        Optional<Profile> profile;
        try {
            profile = ProfileFile.builder()
                    .content(file)
                    .type(ProfileFile.Type.CREDENTIALS)
                    .build()
                    .profile(name);
        } catch (IllegalArgumentException unreadable) {
            // its message may repeat the line, and so a secret
            throw new BucketException(
                    Reason.NO_CREDENTIALS, "The credentials file " + file + " is not one: check its lines.", null);
        }
        return profile.map(found -> pair(
                        found.properties(),
                        "aws_access_key_id",
                        "aws_secret_access_key",
                        found.properties().get("aws_session_token")))
                .orElse(null);
    }

    private static @Nullable BucketCredentials pair(
            Map<String, String> from, String idName, String secretName, @Nullable String token) {
        String id = from.get(idName);
        String secret = from.get(secretName);
        return id == null || id.isBlank() || secret == null || secret.isBlank()
                ? null
                : new BucketCredentials(id, secret, token);
    }

    private static String clean(String value, String what) {
        String text = value.strip();
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("The " + what + " is empty, or holds a letter that none has.");
        }
        return text;
    }

    String id() {
        return id;
    }

    String secret() {
        return secret;
    }

    @Nullable
    String token() {
        return token;
    }

    /** Takes them out of text that people will read. */
    String redact(String text) {
        String clean = text.replace(secret, "<secret>").replace(id, "<key>");
        return token == null ? clean : clean.replace(token, "<token>");
    }

    @Override
    public String toString() {
        return "BucketCredentials[hidden]";
    }
}
