package ai.flightmind.vast.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The host key of each instance as first seen. Kept by the instance's name, not by address: the service gives the same
 * address and port to one instance after another. Never the user's own known_hosts. Thread-safe; several programs may use
 * one file.
 */
public final class HostKeys {
    private final @Nullable Path file;
    private final List<HostKey> memory = new ArrayList<>();

    private HostKeys(@Nullable Path file) {
        this.file = file;
    }

    /** Remembers in that file, one key a line. It is made when there is something to remember. */
    public static HostKeys inFile(Path file) {
        return new HostKeys(file);
    }

    /** Remembers in {@code $XDG_CONFIG_HOME/flightmind/host-keys}, by default below {@code ~/.config}. */
    public static HostKeys standard() {
        return inFile(standardFile(System.getenv(), Path.of(System.getProperty("user.home", ""))));
    }

    /** Forgets with this object. */
    public static HostKeys inMemory() {
        return new HostKeys(null);
    }

    static Path standardFile(Map<String, String> environment, Path home) {
        String xdg = environment.get("XDG_CONFIG_HOME");
        return (xdg == null || xdg.isBlank() ? home.resolve(".config") : Path.of(xdg))
                .resolve("flightmind")
                .resolve("host-keys");
    }

    /**
     * What was first seen under that name.
     *
     * @throws UncheckedIOException if the file cannot be read
     */
    public synchronized Optional<HostKey> find(String instance) {
        return all().stream().filter(key -> key.instance().equals(instance)).findFirst();
    }

    /**
     * Whatever answers next under that name is believed: for an instance that was made anew under its old name.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public synchronized void forget(String instance) {
        List<HostKey> kept = new ArrayList<>(all());
        if (!kept.removeIf(key -> key.instance().equals(instance))) {
            return;
        }
        if (file == null) {
            memory.clear();
            memory.addAll(kept);
            return;
        }
        try {
            Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), "host-keys", ".part");
            Files.writeString(
                    beside, String.join("", kept.stream().map(HostKeys::line).toList()));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The host keys in " + file + " cannot be written.", e);
        }
    }

    /** Remembers the key if it is the first under its name; gives what is remembered now. */
    synchronized HostKey firstOr(HostKey seen) {
        Optional<HostKey> known = find(seen.instance());
        if (known.isPresent()) {
            return known.get();
        }
        if (file == null) {
            memory.add(seen);
            return seen;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, line(seen), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("The host key cannot be remembered in " + file + ".", e);
        }
        // Another program may have been faster: the first line counts.
        return find(seen.instance()).orElse(seen);
    }

    private List<HostKey> all() {
        if (file == null || !Files.exists(file)) {
            return memory;
        }
        try {
            List<HostKey> keys = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" ", -1);
                if (parts.length == 4) {
                    String instance = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
                    keys.add(new HostKey(instance, parts[1], parts[2], Instant.parse(parts[3])));
                }
            }
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException("The host keys in " + file + " cannot be read.", e);
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new UncheckedIOException(
                    new IOException(file + " is not a file of host keys; move it away, or name another.", e));
        }
    }

    private static String line(HostKey key) {
        String name = URLEncoder.encode(key.instance(), StandardCharsets.UTF_8);
        return name + " " + key.type() + " " + key.key() + " " + key.firstSeen() + "\n";
    }
}
