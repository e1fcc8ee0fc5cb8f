package ai.flightmind.train.prepare;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sorts records of one size into files on disk: each goes to the end of one of them, and each is then read as a whole. Any
 * number of files, of which at most one is open, and a bounded amount of memory. Not thread-safe.
 */
final class BucketFiles {
    private static final long ALL_BUFFERS_BYTES = 32L << 20;
    private static final long LARGEST_BUFFER_BYTES = 1L << 20;

    private final Path directory;
    private final String name;
    private final byte[][] buffers;
    private final int[] filled;

    /** What is there of the name is removed: it is of a process that was killed. */
    BucketFiles(Path directory, String name, int count, int recordBytes) throws IOException {
        this.directory = directory;
        this.name = name;
        long fitting = Math.min(ALL_BUFFERS_BYTES / count, LARGEST_BUFFER_BYTES) / recordBytes;
        this.buffers = new byte[count][Math.toIntExact(fitting * recordBytes)];
        this.filled = new int[count];
        for (int bucket = 0; bucket < count; bucket++) {
            Files.deleteIfExists(file(bucket));
        }
    }

    private Path file(int bucket) {
        return directory.resolve(name + "-" + bucket + ".bucket");
    }

    void append(int bucket, byte[] record) throws IOException {
        byte[] buffer = buffers[bucket];
        if (buffer.length == 0) {
            write(bucket, record, record.length);
            return;
        }
        System.arraycopy(record, 0, buffer, filled[bucket], record.length);
        filled[bucket] += record.length;
        if (filled[bucket] == buffer.length) {
            flush(bucket);
        }
    }

    private void flush(int bucket) throws IOException {
        write(bucket, buffers[bucket], filled[bucket]);
        filled[bucket] = 0;
    }

    private void write(int bucket, byte[] records, int bytes) throws IOException {
        boolean append = true;
        try (FileOutputStream out = new FileOutputStream(file(bucket).toFile(), append)) {
            out.write(records, 0, bytes);
        }
    }

    int count() {
        return buffers.length;
    }

    /** The records of a bucket in the order in which they came; its file is then removed. */
    byte[] take(int bucket) throws IOException {
        flush(bucket);
        byte[] records = Files.readAllBytes(file(bucket));
        Files.delete(file(bucket));
        return records;
    }
}
