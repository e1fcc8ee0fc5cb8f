package ai.flightmind.train.data;

import ai.flightmind.model.libtorch.MappedFile;
import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A flat file of little-endian uint16 token ids, mapped into memory: nothing of it is on the Java heap, and it may be
 * larger than the machine's memory. Thread-safe for reading.
 */
public final class TokenFile implements RowTable, AutoCloseable {
    private static final int BYTES_PER_TOKEN = 2;
    private static final long UNSIGNED = 0xFFFF;
    private static final long SCAN_TOKENS = 1L << 24;

    private final Path path;
    private final MappedFile mapped;
    /** (N), int16: libtorch indexes no uint16, so ids above 32,767 look negative until they are widened. */
    private final Tensor tokens;

    private TokenFile(Path path, MappedFile mapped) {
        this.path = path;
        this.mapped = mapped;
        this.tokens = mapped.tensor();
    }

    /**
     * Maps a file of tokens, as {@code val.bin}; the caller closes it.
     *
     * @throws DataException if it is missing, empty, or of odd size
     */
    public static TokenFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new DataException(path + " does not exist. A data directory holds train.bin and val.bin, each a flat"
                    + " file of little-endian uint16 token ids.");
        }
        long bytes;
        try {
            bytes = Files.size(path);
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
        if (bytes == 0) {
            throw new DataException(path + " is empty: it should hold little-endian uint16 token ids.");
        }
        if (bytes % BYTES_PER_TOKEN != 0) {
            throw new DataException(path + " has " + bytes + " bytes, an odd number: uint16 token ids take two each."
                    + " The file is truncated or of another kind.");
        }
        try {
            return new TokenFile(path, MappedFile.open(path));
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    public Path path() {
        return path;
    }

    /** How many tokens the file holds. */
    public long tokenCount() {
        return tokens.numel();
    }

    /** A partial row at the end is passed over. */
    @Override
    public long rowCount(int rowLength) {
        long rows = tokenCount() / rowLength;
        if (rows == 0) {
            throw new DataException(path + " holds " + tokenCount() + " tokens, fewer than one sequence of " + rowLength
                    + ". Use more data or a shorter sequence.");
        }
        return rows;
    }

    @Override
    public Tensor rows(long[] rows, int rowLength) {
        Tensor table = tokens.narrow(0, 0, rowCount(rowLength) * rowLength).view(-1, rowLength);
        return widened(torch.index_select(table, 0, torch.tensor(rows)));
    }

    /**
     * Reads the whole file once and makes sure that every id is below the vocabulary's size.
     *
     * @throws DataException that names the first id beyond, and where it stands
     */
    @Override
    public void requireTokensBelow(int vocabSize) {
        for (long from = 0; from < tokenCount(); from += SCAN_TOKENS) {
            try (PointerScope scope = new PointerScope()) {
                Tensor part = tokens.narrow(0, from, Math.min(SCAN_TOKENS, tokenCount() - from));
                if (largest(part) >= vocabSize) {
                    Tensor beyond = widened(part).ge(new Scalar((long) vocabSize));
                    long position = from + beyond.to(ScalarType.Byte).argmax().item_long();
                    long id = tokens.select(0, position).item_short() & UNSIGNED;
                    throw new DataException(path + " holds token " + id + " at position " + position + " (byte "
                            + position * BYTES_PER_TOKEN + "), but the vocabulary has only " + vocabSize
                            + " tokens. Was it made with another tokenizer, or is the vocabulary size wrong?");
                }
            }
        }
    }

    private static long largest(Tensor part) {
        // As int16, an id from 32,768 on is negative; the largest of those is the one nearest to -1.
        long min = part.min().item_short();
        return min < 0 ? widened(part).max().item_long() : part.max().item_short();
    }

    private static Tensor widened(Tensor int16) {
        return int16.to(ScalarType.Long).bitwise_and(new Scalar(UNSIGNED));
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        mapped.close();
    }
}
