package ai.flightmind.train.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads records, each of which is ended by a delimiter or by the end of the stream. Not thread-safe. */
final class RecordReader {
    private static final int CHUNK_BYTES = 1 << 16;

    private final InputStream in;
    private final byte[] delimiter;
    private final int longestBytes;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int at;
    private int end;
    private long position;

    private byte[] record = new byte[1 << 10];
    private int length;
    private long start;
    private boolean tooLong;
    private boolean delimited;

    /**
     * @param position of the stream's first byte in the file
     * @param longestBytes what is longer is not kept
     */
    RecordReader(InputStream in, long position, byte[] delimiter, int longestBytes) {
        this.in = in;
        this.position = position;
        this.delimiter = delimiter;
        this.longestBytes = longestBytes;
    }

    /** Reads the next record; false if there is none. */
    boolean next() throws IOException {
        start = position;
        length = 0;
        tooLong = false;
        delimited = false;
        byte last = delimiter[delimiter.length - 1];
        while (at < end || fill()) {
            int i = at;
            while (i < end && chunk[i] != last) {
                i++;
            }
            boolean found = i < end;
            append(found ? i + 1 - at : i - at);
            if (found && endsWithDelimiter()) {
                length -= delimiter.length;
                delimited = true;
                return true;
            }
        }
        return position > start;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(chunk, 0, chunk.length));
        return end > 0;
    }

    private void append(int count) {
        if (length + count > longestBytes) {
            tooLong = true;
            // The delimiter may have begun already.
            int kept = Math.min(length, delimiter.length - 1);
            System.arraycopy(record, length - kept, record, 0, kept);
            length = kept;
        }
        if (length + count > record.length) {
            record = Arrays.copyOf(record, Math.max(length + count, 2 * record.length));
        }
        System.arraycopy(chunk, at, record, length, count);
        length += count;
        at += count;
        position += count;
    }

    private boolean endsWithDelimiter() {
        int from = length - delimiter.length;
        return from >= 0 && Arrays.equals(record, from, length, delimiter, 0, delimiter.length);
    }

    /** Where the record begins in the file. */
    long start() {
        return start;
    }

    /** Where the next one begins. */
    long position() {
        return position;
    }

    /** The record without its delimiter. */
    byte[] bytes() {
        return Arrays.copyOf(record, length);
    }

    /** Whether a delimiter stands behind it, not the end of the stream. */
    boolean isDelimited() {
        return delimited;
    }

    /** Whether it is longer than what is kept, and {@link #bytes} only its end. */
    boolean isTooLong() {
        return tooLong;
    }
}
