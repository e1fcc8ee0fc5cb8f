package ai.flightmind.model.safetensors;

import ai.flightmind.model.pt.PtDtype;
import ai.flightmind.model.pt.TensorBytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** Moves bytes between a file and the memory of a contiguous CPU tensor, without a copy on the Java heap. */
final class TensorMemory {
    /** A channel takes at most 2 GiB at once; less, so that an interrupt is heeded soon. */
    private static final long CHUNK_BYTES = 64L << 20;

    private TensorMemory() {}

    static void write(Tensor tensor, FileChannel channel) throws IOException {
        for (long from = 0; from < tensor.nbytes(); from += CHUNK_BYTES) {
            ByteBuffer chunk = chunk(tensor, from);
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    static void read(FileChannel channel, long position, Tensor tensor) throws IOException {
        for (long from = 0; from < tensor.nbytes(); from += CHUNK_BYTES) {
            ByteBuffer chunk = chunk(tensor, from);
            while (chunk.hasRemaining()) {
                long at = position + from + chunk.position();
                if (channel.read(chunk, at) < 0) {
                    throw new EOFException("the file ends at byte " + at);
                }
            }
        }
    }

    private static ByteBuffer chunk(Tensor tensor, long from) {
        // The buffer keeps the address, not the pointer; the tensor outlives it.
        BytePointer memory = new BytePointer(tensor.data_ptr());
        memory.limit(Math.min(from + CHUNK_BYTES, tensor.nbytes()));
        return memory.position(from).asBuffer();
    }

    static List<Long> shape(Tensor tensor) {
        return TensorBytes.longs(tensor.sizes());
    }

    static boolean fits(Tensor tensor, PtDtype dtype, List<Long> shape) {
        return PtDtype.of(tensor.scalar_type()) == dtype && shape(tensor).equals(shape);
    }
}
