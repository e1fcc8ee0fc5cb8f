package ai.flightmind.model.libtorch;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A file as a read-only tensor of int16, mapped until closed. libtorch's own {@code from_file} maps privately and
 * writably, which Linux counts against its memory, so that it refuses files larger than that; a shared read-only mapping
 * costs nothing. Thread-safe for reading.
 */
public final class MappedFile implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    private final Tensor tensor;
    private final @Nullable Pointer mapping;
    private final long bytes;

    private MappedFile(Tensor tensor, @Nullable Pointer mapping, long bytes) {
        this.tensor = tensor;
        this.mapping = mapping;
        this.bytes = bytes;
    }

    /**
     * Maps a whole file; a last odd byte is left out.
     *
     * @throws IOException if it cannot be read, or is empty
     */
    public static MappedFile open(Path file) throws IOException {
        Libtorch.load();
        long bytes = Files.size(file);
        if (bytes < Short.BYTES) {
            throw new IOException(file + " is empty");
        }
        try (PointerScope scope = new PointerScope()) {
            Pointer mapping = Platform.isWindows() ? null : map(file, bytes);
            Tensor tensor = mapping == null ? fromFile(file, bytes) : view(mapping, bytes);
            tensor.retainReference();
            return new MappedFile(tensor, mapping, bytes);
        }
    }

    private static Pointer map(Path file, long bytes) throws IOException {
        NativeLibrary libc = NativeLibrary.getInstance("c");
        int descriptor = libc.getFunction("open").invokeInt(new Object[] {file.toString(), O_RDONLY});
        if (descriptor < 0) {
            throw new IOException(file + " cannot be opened (errno " + Native.getLastError() + ")");
        }
        try {
            Pointer mapping = libc.getFunction("mmap")
                    .invokePointer(new Object[] {Pointer.NULL, bytes, PROT_READ, MAP_SHARED, descriptor, 0L});
            if (Pointer.nativeValue(mapping) == MAP_FAILED) {
                throw new IOException(file + " cannot be mapped (errno " + Native.getLastError() + ")");
            }
            return mapping;
        } finally {
            int ignored = libc.getFunction("close").invokeInt(new Object[] {descriptor});
        }
    }

    private static Tensor view(Pointer mapping, long bytes) {
        return torch.from_blob(
                new Address(Pointer.nativeValue(mapping)),
                new long[] {bytes / Short.BYTES},
                new TensorOptions(ScalarType.Short));
    }

    private static Tensor fromFile(Path file, long bytes) {
        boolean shared = false;
        return torch.from_file(
                file.toString(),
                new BoolOptional(shared),
                new LongOptional(bytes / Short.BYTES),
                new TensorOptions(ScalarType.Short));
    }

    /** A pointer to memory that is not JavaCPP's to free. */
    private static final class Address extends ShortPointer {
        Address(long address) {
            super((org.bytedeco.javacpp.Pointer) null);
            this.address = address;
        }
    }

    /** The file's numbers: (N), int16. Writing to it ends the process; it must not be used after {@link #close()}. */
    public Tensor tensor() {
        return tensor;
    }

    @Override
    public void close() {
        tensor.close();
        if (mapping != null) {
            int ignored = NativeLibrary.getInstance("c").getFunction("munmap").invokeInt(new Object[] {mapping, bytes});
        }
    }
}
