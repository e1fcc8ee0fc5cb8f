package ai.flightmind.vast.bucket;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Part of a file, read on. On a {@link RandomAccessFile} and not a channel, which an interrupted thread would close. What
 * fails is the file's own trouble, not the network's, and so no IOException, which would be tried again.
 */
final class FileRange extends InputStream {
    private final Path file;
    private final RandomAccessFile in;
    private long left;

    FileRange(Path file, long offset, long length) {
        this.file = file;
        this.left = length;
        try {
            in = new RandomAccessFile(file.toFile(), "r");
            in.seek(offset);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (left == 0) {
            return -1;
        }
        int n;
        try {
            n = in.read(bytes, offset, (int) Math.min(length, left));
        } catch (IOException e) {
            throw failure(e);
        }
        if (n < 0) {
            throw new BucketException(
                    Reason.CHANGED,
                    "The file " + file + " became shorter while it was sent. Upload it when nothing writes to it.",
                    null);
        }
        left -= n;
        return n;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private BucketException failure(IOException e) {
        return new BucketException(Reason.LOCAL_FILE, "The file " + file + " cannot be read: " + e.getMessage(), e);
    }
}
