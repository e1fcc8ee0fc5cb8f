package ai.flightmind.model.safetensors;

import ai.flightmind.model.error.SafetensorsFormatException;
import ai.flightmind.model.pt.PtDtype;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An open {@code .safetensors} file. Opening reads and checks the whole description and needs no native code; tensors are
 * read one by one, straight into their memory. Not for use by several threads at once.
 *
 * <p>A damaged or foreign file is a {@link SafetensorsFormatException} from every method, a failing disk an {@link
 * UncheckedIOException}.
 */
public final class SafetensorsReader implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;

    /** The format's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, FileChannel channel, SafetensorsHeader header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
    }

    /** Opens a file and checks its description against its length. The caller closes the reader. */
    public static SafetensorsReader open(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new SafetensorsReader(file, channel, header(file, channel));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static SafetensorsHeader header(Path file, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < LENGTH_BYTES) {
            throw new SafetensorsFormatException(
                    file, "it has " + fileBytes + " bytes, fewer than the 8 of its header's length", null);
        }
        long headerBytes =
                bytes(channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw new SafetensorsFormatException(
                    file,
                    "byte 0: a header of " + Long.toUnsignedString(headerBytes) + " bytes, of which the format allows "
                            + MAX_HEADER_BYTES,
                    null);
        }
        if (headerBytes > fileBytes - LENGTH_BYTES) {
            throw new SafetensorsFormatException(
                    file,
                    "byte 0: a header of " + headerBytes + " bytes, but the file ends after "
                            + (fileBytes - LENGTH_BYTES) + " of them",
                    null);
        }
        byte[] json = bytes(channel, LENGTH_BYTES, (int) headerBytes).array();
        return SafetensorsHeader.parse(file, json, LENGTH_BYTES, fileBytes);
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("the file ends at byte " + (position + bytes.position()));
            }
        }
        return bytes.flip();
    }

    /** The tensors by their names, in the order in which they lie in the file. */
    public Map<String, StoredTensor> tensors() {
        return header.tensors();
    }

    /**
     * One of the {@link #tensors()}.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public StoredTensor tensor(String name) {
        StoredTensor stored = tensors().get(name);
        if (stored == null) {
            throw new IllegalArgumentException(file + " holds no tensor " + name);
        }
        return stored;
    }

    /** What the file says of itself; {@code format} is {@code pt} in files for PyTorch. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Copies a tensor's elements from the file into a contiguous CPU tensor of the same dtype and shape.
     *
     * @throws IllegalArgumentException if the file holds no tensor of this name, or the target is of another kind
     * @throws SafetensorsFormatException if the file has become shorter since it was opened
     */
    public void read(String name, Tensor target) {
        StoredTensor stored = tensor(name);
        if (!TensorMemory.fits(target, stored.dtype(), stored.shape()) || !target.is_cpu() || !target.is_contiguous()) {
            throw new IllegalArgumentException(file + " holds " + name + " as "
                    + StoredTensor.describe(stored.dtype(), stored.shape())
                    + ", which takes a contiguous tensor of the same kind on the CPU, not "
                    + StoredTensor.describe(PtDtype.of(target.scalar_type()), TensorMemory.shape(target)));
        }
        try {
            TensorMemory.read(channel, stored.position(), target);
        } catch (EOFException e) {
            throw new SafetensorsFormatException(file, e.getMessage() + ", within " + name, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
