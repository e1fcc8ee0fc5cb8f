package ai.flightmind.train.launch;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** {@code <logs>/<yyyyMMdd-HHmmss>/attempt-<k>/rank-<r>.log}. Directories are always new, so nothing is overwritten. */
final class LogFolder {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final int TAIL_BYTES = 32 * 1024;

    private final Path path;

    private LogFolder(Path path) {
        this.path = path;
    }

    static LogFolder create(Path parent) {
        return new LogFolder(
                createNew(parent.toAbsolutePath(), STAMP.format(LocalDateTime.now(ZoneId.systemDefault()))));
    }

    private static Path createNew(Path parent, String name) {
        try {
            Files.createDirectories(parent);
            for (int number = 1; true; number++) {
                try {
                    return Files.createDirectory(parent.resolve(number == 1 ? name : name + "-" + number));
                } catch (FileAlreadyExistsException anotherLaunch) {
                    // Started in the same second; the next number is ours.
                }
            }
        } catch (IOException e) {
            throw new LaunchException(
                    "Logs cannot be written to " + parent + ": " + e + ". Make sure that it is a directory that this"
                            + " user may write to, or choose another with --log-dir.",
                    e);
        }
    }

    Path path() {
        return path;
    }

    /** Of one attempt, newly made. */
    Path createAttempt(int attempt) {
        return createNew(path, "attempt-" + attempt);
    }

    static Path ofRank(Path attempt, int rank) {
        return attempt.resolve("rank-" + rank + ".log");
    }

    /** The last lines, as text whatever they are; empty if there is no such file. */
    static List<String> tail(Path log, int lines) {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return List.copyOf(all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return List.of("(the log cannot be read: " + e.getMessage() + ")");
        }
    }
}
