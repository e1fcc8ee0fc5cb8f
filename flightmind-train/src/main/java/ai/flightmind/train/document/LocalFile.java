package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file on disk. */
record LocalFile(Path path) implements DataFile {
    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public long length() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    // Not by a channel, which an interrupt of the reading thread would close.
    @Override
    public byte[] read(long from, int length) {
        byte[] bytes = new byte[length];
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(from);
            file.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private DataException unreadable(IOException e) {
        return new DataException(path + " cannot be read: " + e.getMessage(), e);
    }
}
