package ai.flightmind.train.prepare;

import ai.flightmind.model.file.WholeFile;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.corpus.CorpusSlice;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The tokens of a slice on disk: little-endian uint16 tokens, then a {@link Part} for each document, then how many of each.
 * An immutable value; the file is there when all of it is.
 *
 * @param bad documents that were none, and left no part
 * @param empty documents without text
 * @param abandoned parts of documents that are none
 */
record TokenSlice(Path file, long tokens, int parts, long bad, long empty, long abandoned) {
    private static final int FOOTER_BYTES = 5 * Long.BYTES;
    private static final int BUFFER_BYTES = 1 << 16;

    /**
     * Tokenizes a slice.
     *
     * @param bytesRead told of bytes as they come from the disk
     */
    static TokenSlice write(Path file, CorpusSlice slice, TokenSliceWriter.Encoding encoding, IntConsumer bytesRead) {
        WholeFile.write(file, out -> {
            TokenSliceWriter writer = new TokenSliceWriter(new BufferedOutputStream(out, BUFFER_BYTES), encoding);
            writer.finish(slice.read(writer, bytesRead));
        });
        return open(file).orElseThrow();
    }

    /** Empty if it has not been made. */
    static Optional<TokenSlice> open(Path path) {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(file.length() - FOOTER_BYTES);
            TokenSlice slice = new TokenSlice(
                    path,
                    file.readLong(),
                    Math.toIntExact(file.readLong()),
                    file.readLong(),
                    file.readLong(),
                    file.readLong());
            return Optional.of(slice);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether it was made with nothing passed over that would now be an error. */
    boolean suits(Corpus corpus) {
        return (corpus.skipsBadDocuments() || bad + abandoned == 0) && (corpus.skipsEmptyDocuments() || empty == 0);
    }

    /** The tokens' bytes. */
    InputStream openTokens() throws IOException {
        return new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES);
    }

    /** Its {@link #parts()} parts. */
    DataInputStream openParts() throws IOException {
        FileInputStream in = new FileInputStream(file.toFile());
        try {
            in.skipNBytes(Short.BYTES * tokens);
            return new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
