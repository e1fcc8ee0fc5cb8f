package ai.flightmind.train.corpus;

import ai.flightmind.train.error.DataException;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.zip.GZIPInputStream;

/**
 * A file of a corpus.
 *
 * @param bytes its size on disk
 * @param modified in milliseconds since 1970; with path and size it tells whether the file is still the same
 */
record CorpusFile(Path path, Format format, boolean gzip, long bytes, long modified) {
    private static final String GZIP = ".gz";
    private static final Set<String> JSON_LINES = Set.of("jsonl", "ndjson", "json");
    private static final Set<String> OF_A_DIRECTORY = Set.of("jsonl", "ndjson", "txt", "text", "md");
    private static final Set<String> UNREADABLE =
            Set.of("zst", "bz2", "xz", "lz4", "zip", "tar", "tgz", "7z", "parquet", "arrow", "bin", "pdf", "docx");
    private static final int BUFFER_BYTES = 1 << 16;

    enum Format {
        JSON_LINES,
        TEXT
    }

    /** One that a directory holds; empty if its name is not that of a corpus's file. */
    static Optional<CorpusFile> found(Path path) {
        return OF_A_DIRECTORY.contains(extension(path)) ? Optional.of(of(path)) : Optional.empty();
    }

    /** One that was named; text if its name says nothing. */
    static CorpusFile of(Path path) {
        String extension = extension(path);
        if (UNREADABLE.contains(extension)) {
            throw new DataException(path + " is neither JSON lines (.jsonl), text (.txt), nor one of them with .gz:"
                    + " unpack or convert it first.");
        }
        try {
            return new CorpusFile(
                    path,
                    JSON_LINES.contains(extension) ? Format.JSON_LINES : Format.TEXT,
                    isGzip(path),
                    Files.size(path),
                    Files.getLastModifiedTime(path).toMillis());
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean isText() {
        return format == Format.TEXT;
    }

    private static boolean isGzip(Path path) {
        return name(path).endsWith(GZIP);
    }

    private static String name(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    private static String extension(Path path) {
        String name = name(path);
        String unpacked = isGzip(path) ? name.substring(0, name.length() - GZIP.length()) : name;
        return unpacked.substring(unpacked.lastIndexOf('.') + 1);
    }

    /**
     * The file's text, unpacked, from a byte on, which is 0 for a compressed one.
     *
     * @param read told of bytes as they are read from the disk
     */
    InputStream open(long from, IntConsumer read) throws IOException {
        InputStream in = new FileInputStream(path.toFile());
        try {
            in.skipNBytes(from);
            InputStream counted = new FilterInputStream(in) {
                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int count = super.read(buffer, offset, length);
                    read.accept(Math.max(0, count));
                    return count;
                }
            };
            return gzip ? new GZIPInputStream(counted, BUFFER_BYTES) : counted;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The number, from 1, of the line that a byte of the text is in. Reads the file up to it. */
    long line(long offset) throws IOException {
        long line = 1;
        long left = offset;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = open(0, unheeded -> {})) {
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    break;
                }
                for (int i = 0; i < count; i++) {
                    line += buffer[i] == '\n' ? 1 : 0;
                }
                left -= count;
            }
        }
        return line;
    }
}
