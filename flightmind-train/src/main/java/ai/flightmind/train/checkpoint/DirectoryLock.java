package ai.flightmind.train.checkpoint;

import ai.flightmind.train.error.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps two runs from writing into one directory. The system lets go of it when the process ends, however it ends. */
final class DirectoryLock implements AutoCloseable {
    /**
     * Those of this process. POSIX lets go of a process's locks on a file when it closes any descriptor of it, so the
     * file must not be opened a second time, not even to find it taken.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    static DirectoryLock acquire(Path directory) {
        try {
            Files.createDirectories(directory);
            Path real = directory.toRealPath();
            if (!HELD_HERE.add(real)) {
                throw taken(directory);
            }
            FileChannel channel = null;
            try {
                channel = FileChannel.open(real.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (channel.tryLock() == null) {
                    throw taken(directory);
                }
                return new DirectoryLock(real, channel);
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                if (channel != null) {
                    channel.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    "The checkpoint directory " + directory + " cannot be used: " + e.getMessage()
                            + ". Make sure that it is a directory that this user may write to.",
                    e);
        }
    }

    private static CheckpointException taken(Path directory) {
        return new CheckpointException("Another run is writing checkpoints to " + directory
                + ". Wait for it to end, or use another directory.");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new CheckpointException(
                    "The lock of a checkpoint directory could not be let go: " + e.getMessage(), e);
        } finally {
            HELD_HERE.remove(directory);
        }
    }
}
