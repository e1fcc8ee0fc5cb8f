package ai.flightmind.model.safetensors;

import ai.flightmind.model.pt.PtDtype;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import okio.Buffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes {@code .safetensors} files as a stream: each tensor is made when its turn comes and freed when it is written, so
 * that one of them at a time is in memory. Equal input gives equal bytes.
 */
public final class SafetensorsWriter {
    private static final int LENGTH_BYTES = 8;
    private static final int ALIGNMENT_BYTES = 8;
    static final String METADATA = "__metadata__";

    /**
     * A tensor to write.
     *
     * @param tensor makes it, contiguous and on the CPU, of the dtype and shape that are given here; what it makes is freed
     *     by the writer's {@code PointerScope}
     */
    public record Entry(String name, PtDtype dtype, List<Long> shape, Supplier<Tensor> tensor) {
        public Entry {
            shape = List.copyOf(shape);
        }

        /** How many bytes its elements take. */
        public long bytes() {
            return StoredTensor.bytes(dtype, shape);
        }
    }

    private SafetensorsWriter() {}

    /**
     * Writes a complete file and has the disk confirm it before returning; an existing file is overwritten in place.
     *
     * @param metadata strings that say what the file is; {@code {"format": "pt"}} is what readers in Python ask for
     * @param entries in the order in which they will lie in the file
     * @throws IllegalArgumentException if two have one name, or a tensor is not what its entry says
     * @throws UncheckedIOException if writing fails; what is left of the file is useless
     */
    public static void write(Path file, Map<String, String> metadata, List<Entry> entries) {
        byte[] header = header(metadata, entries);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer begin = ByteBuffer.allocate(LENGTH_BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
            begin.putLong(header.length).put(header).flip();
            while (begin.hasRemaining()) {
                channel.write(begin);
            }
            for (Entry entry : entries) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor tensor = entry.tensor().get();
                    if (!TensorMemory.fits(tensor, entry.dtype(), entry.shape()) || !tensor.is_contiguous()) {
                        throw new IllegalArgumentException("The tensor of " + entry.name()
                                + " is not contiguous, or not "
                                + StoredTensor.describe(entry.dtype(), entry.shape()) + " but "
                                + StoredTensor.describe(PtDtype.of(tensor.scalar_type()), TensorMemory.shape(tensor)));
                    }
                    TensorMemory.write(tensor, channel);
                }
            }
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** How many bytes {@link #write} will write. */
    public static long fileBytes(Map<String, String> metadata, List<Entry> entries) {
        return LENGTH_BYTES
                + header(metadata, entries).length
                + entries.stream().mapToLong(Entry::bytes).sum();
    }

    /** Padded with spaces, so that the tensors begin at a multiple of 8 bytes and can be mapped. */
    private static byte[] header(Map<String, String> metadata, List<Entry> entries) {
        Buffer json = new Buffer();
        try (JsonWriter writer = JsonWriter.of(json)) {
            writer.beginObject();
            writer.name(METADATA).beginObject();
            for (Map.Entry<String, String> each : metadata.entrySet()) {
                writer.name(each.getKey()).value(each.getValue());
            }
            writer.endObject();
            Set<String> names = new HashSet<>(Set.of(METADATA));
            long offset = 0;
            for (Entry entry : entries) {
                if (!names.add(entry.name())) {
                    throw new IllegalArgumentException("Two tensors cannot be named " + entry.name());
                }
                writer.name(entry.name()).beginObject();
                writer.name("dtype").value(DtypeCode.of(entry.dtype()));
                writer.name("shape").beginArray();
                for (long size : entry.shape()) {
                    writer.value(size);
                }
                writer.endArray();
                writer.name("data_offsets").beginArray().value(offset);
                offset = Math.addExact(offset, entry.bytes());
                writer.value(offset).endArray();
                writer.endObject();
            }
            writer.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        while (json.size() % ALIGNMENT_BYTES != 0) {
            json.writeByte(' ');
        }
        return json.readByteArray();
    }
}
