package ai.flightmind.model.file;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file that has its name only when the disk has all of it: at every moment, also under kill -9, the name holds
 * what was there before or all of the new content. Two writers of one file at a time are the caller's to prevent.
 */
public final class WholeFile {
    private static final String PARTIAL = ".partial";

    private WholeFile() {}

    /** Writes a file's content to a stream, which it need not close. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a file; its directory is made where it is missing. What is left of a failure is removed. */
    public static void write(Path file, Content content) {
        replace(file, partial -> {
            // Not through a channel, which an interrupt of this thread would close.
            try (FileOutputStream out = new FileOutputStream(partial.toFile())) {
                content.writeTo(out);
                out.flush();
                out.getFD().sync();
            }
        });
    }

    /** Makes a file under another name and has the disk confirm it. */
    @FunctionalInterface
    public interface Maker {
        void make(Path partial) throws IOException;
    }

    /** The same, for what opens files by itself. */
    public static void replace(Path file, Maker maker) {
        Path partial = partial(file);
        try {
            Files.createDirectories(parent(file));
            try {
                maker.make(partial);
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(partial);
                throw e;
            }
            syncDirectory(parent(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Where a file stands while it is written. A killed process may leave one, which the next one writes over. */
    public static Path partial(Path file) {
        return file.resolveSibling(file.getFileName() + PARTIAL);
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is not a file");
        }
        return parent;
    }

    /**
     * Has the disk confirm the names in a directory: a name is on disk only when its directory is. Windows cannot open one,
     * and needs not. An interrupt waits until it is done.
     */
    public static void syncDirectory(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        boolean interrupted = false;
        try {
            while (!isSynced(directory)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isSynced(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }
}
