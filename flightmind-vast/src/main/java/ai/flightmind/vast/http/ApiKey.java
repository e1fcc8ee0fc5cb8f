package ai.flightmind.vast.http;

import ai.flightmind.vast.error.UnauthorizedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The account's secret. {@link #toString()} does not show it; only the Authorization header does. */
public final class ApiKey {
    private final @Nullable String value;

    private ApiKey(@Nullable String value) {
        this.value = value;
    }

    /**
     * A key as the console shows it; blanks around it are dropped.
     *
     * @throws IllegalArgumentException if it is empty or could not be a key; the message does not repeat it
     */
    public static ApiKey of(String value) {
        String key = value.trim();
        if (key.isEmpty()) {
            throw new IllegalArgumentException("The API key is empty.");
        }
        if (key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("The API key holds a space, a line break or a letter no key has.");
        }
        return new ApiKey(key);
    }

    /** No key: the header is left out, and only public calls work. */
    public static ApiKey none() {
        return new ApiKey(null);
    }

    /**
     * Where the {@code vastai} command finds it: {@code VAST_API_KEY}; then the files {@code vast_tfa_key} and
     * {@code vast_api_key} in {@code $XDG_CONFIG_HOME/vastai} (by default {@code ~/.config/vastai}); then the older
     * {@code ~/.vast_api_key}.
     *
     * @throws UnauthorizedException if it is in none of them
     */
    public static ApiKey find(Map<String, String> environment, Path home) {
        String variable = environment.get("VAST_API_KEY");
        if (variable != null && !variable.isBlank()) {
            return of(variable);
        }
        String xdg = environment.get("XDG_CONFIG_HOME");
        Path directory = (xdg == null || xdg.isBlank() ? home.resolve(".config") : Path.of(xdg)).resolve("vastai");
        List<Path> files = List.of(
                directory.resolve("vast_tfa_key"), directory.resolve("vast_api_key"), home.resolve(".vast_api_key"));
        for (Path file : files) {
            if (Files.isReadable(file)) {
                try {
                    String content = Files.readString(file);
                    if (!content.isBlank()) {
                        return of(content);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException("The key file " + file + " cannot be read.", e);
                }
            }
        }
        throw new UnauthorizedException(
                "No API key. Set VAST_API_KEY, or run `vastai set api-key`, which writes " + files.get(1)
                        + ", or give one to VastClient.builder().",
                0,
                null);
    }

    @Nullable
    String value() {
        return value;
    }

    @Override
    public String toString() {
        return value == null ? "ApiKey[none]" : "ApiKey[hidden]";
    }
}
