package ai.flightmind.model.huggingface;

import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.file.DirectoryLock;
import ai.flightmind.model.file.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that appears under its name only when all of it is on disk. Until then it stands beside as {@code
 * NAME.partial}; what a killed process left there is removed by the next one. Close it whatever happens: what is not
 * complete is removed.
 */
final class PartialDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";

    private final Path target;
    private final Path partial;
    private final DirectoryLock lock;
    private boolean complete;

    private PartialDirectory(Path target, Path partial, DirectoryLock lock) {
        this.target = target;
        this.partial = partial;
        this.lock = lock;
    }

    /** @throws HuggingFaceException if the directory is there already, or another process is writing it */
    static PartialDirectory beside(Path target) throws IOException {
        requireAbsent(target);
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException(); // as the lock's channel would, but before anything is made
        }
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        DirectoryLock lock = DirectoryLock.tryAcquire(partial)
                .orElseThrow(() -> new HuggingFaceException(
                        "Another export is writing " + target + ". Wait for it, or choose another name."));
        PartialDirectory directory = new PartialDirectory(target, partial, lock);
        try {
            directory.removeFiles();
            return directory;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    static void requireAbsent(Path target) {
        if (Files.exists(target)) {
            throw new HuggingFaceException(
                    target + " is there already, and is not written over. Remove it, or choose another name.");
        }
    }

    Path path() {
        return partial;
    }

    /** Where to write a file; the writer has the disk confirm it. */
    Path file(String name) {
        return partial.resolve(name);
    }

    /** Gives the directory its name. Nothing may be written to it afterwards. */
    void complete() throws IOException {
        requireAbsent(target);
        lock.close();
        Files.delete(partial.resolve(LOCK));
        WholeFile.syncDirectory(partial);
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        complete = true;
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            WholeFile.syncDirectory(parent);
        }
    }

    private void removeFiles() throws IOException {
        try (Stream<Path> files = Files.list(partial)) {
            for (Path file : List.copyOf(files.toList())) {
                if (!file.endsWith(LOCK)) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void close() {
        if (complete) {
            return;
        }
        try {
            removeFiles();
            lock.close();
            Files.deleteIfExists(partial.resolve(LOCK));
            Files.delete(partial);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + partial + ": " + e.getMessage(), e);
        }
    }
}
