package ai.flightmind.train.prepare;

import ai.flightmind.model.file.DirectoryLock;
import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a corpus's tokens lie until they are packed: {@code .prepare} in the output directory. It outlives a process that
 * is killed, and one process at a time has it.
 */
final class WorkDirectory implements AutoCloseable {
    private static final String NAME = ".prepare";

    private final Path path;
    private final DirectoryLock lock;
    private boolean deleted;

    private WorkDirectory(Path path, DirectoryLock lock) {
        this.path = path;
        this.lock = lock;
    }

    static boolean isIn(Path output) {
        return Files.isDirectory(output.resolve(NAME));
    }

    static WorkDirectory open(Path output) throws IOException {
        Path path = output.resolve(NAME);
        DirectoryLock lock = DirectoryLock.tryAcquire(path)
                .orElseThrow(() -> new DataException("Another program is preparing data in " + output
                        + ". Wait for it to end, or use another directory."));
        return new WorkDirectory(path, lock);
    }

    Path path() {
        return path;
    }

    /** Where a slice's tokens are, by what they are made of. */
    Path slice(String key) {
        return path.resolve(key + ".tokens");
    }

    /** Removes what is left of earlier settings and of files that have changed since. */
    void keepOnly(List<Path> wanted) throws IOException {
        Set<Path> kept = new HashSet<>(wanted);
        for (Path file : files()) {
            if (!kept.contains(file)) {
                Files.delete(file);
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> !file.endsWith(".lock")).toList();
        }
    }

    /** Removes all of it. */
    void delete() throws IOException {
        keepOnly(List.of());
        lock.close();
        Files.delete(path.resolve(".lock"));
        Files.delete(path);
        deleted = true;
    }

    @Override
    public void close() {
        if (!deleted) {
            lock.close();
        }
    }
}
