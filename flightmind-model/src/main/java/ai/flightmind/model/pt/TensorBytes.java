package ai.flightmind.model.pt;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.Tensor;

/** Moves bytes between a tensor's own memory and Java's, in chunks and with 64-bit positions. */
public final class TensorBytes {
    private TensorBytes() {}

    /** Native memory that stands for part of a longer stream of bytes. */
    static final class Window {
        private final BytePointer memory;
        private final long start;
        private final long length;
        private long streamed;

        Window(BytePointer memory, long start, long length) {
            this.memory = memory;
            this.start = start;
            this.length = length;
        }

        /** Takes the stream's next bytes and keeps those inside the window. */
        void accept(byte[] chunk, int chunkLength) {
            long from = Math.max(streamed, start);
            long to = Math.min(streamed + chunkLength, start + length);
            if (from < to) {
                memory.position(from - start).put(chunk, (int) (from - streamed), (int) (to - from));
            }
            streamed += chunkLength;
        }
    }

    /** Writes the memory of a contiguous CPU tensor. */
    public static void copy(Tensor contiguous, OutputStream out, byte[] buffer) throws IOException {
        long bytes = contiguous.nbytes();
        if (bytes == 0) {
            return;
        }
        try (BytePointer memory = new BytePointer(contiguous.data_ptr())) {
            for (long position = 0; position < bytes; position += buffer.length) {
                int length = (int) Math.min(buffer.length, bytes - position);
                memory.position(position).get(buffer, 0, length);
                out.write(buffer, 0, length);
            }
        }
    }

    /** The numbers of libtorch's list, such as a tensor's sizes. */
    public static List<Long> longs(LongArrayRef ref) {
        List<Long> list = new ArrayList<>();
        for (long i = 0; i < ref.size(); i++) {
            list.add(ref.get(i));
        }
        return list;
    }

    static long[] array(List<Long> list) {
        return list.stream().mapToLong(Long::longValue).toArray();
    }
}
