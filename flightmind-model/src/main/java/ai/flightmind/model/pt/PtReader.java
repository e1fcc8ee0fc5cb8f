package ai.flightmind.model.pt;

import ai.flightmind.model.error.PtFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * An open {@code .pt} file. Opening reads only the description; tensors are read one by one, in
 * chunks of 1 MiB, each checked against its CRC-32. Opening and {@link #verify} need no native code.
 * Not for use by several threads at once.
 *
 * <p>A damaged or foreign file is a {@link PtFormatException} from every method, a failing disk an
 * {@link java.io.UncheckedIOException}.
 */
public final class PtReader implements AutoCloseable {
    /** A checkpoint of 2,000 tensors has a pickle of about half a megabyte. */
    private static final int MAX_PICKLE_BYTES = 32 << 20;

    private final Path file;
    private final ZipRecords records;
    private final Object root;

    private PtReader(Path file, ZipRecords records, Object root) {
        this.file = file;
        this.records = records;
        this.root = root;
    }

    /**
     * Opens a file, reads its description and checks that every storage it refers to is there with
     * the right length. The caller closes the reader.
     */
    public static PtReader open(Path file) {
        ZipRecords records = ZipRecords.open(file);
        try {
            return new PtReader(file, records, describe(file, records));
        } catch (RuntimeException e) {
            records.close();
            throw e;
        }
    }

    private static Object describe(Path file, ZipRecords records) {
        if (records.has("byteorder")
                && !new String(records.bytes("byteorder", 16), StandardCharsets.US_ASCII).equals("little")) {
            throw PtFormatException.unsupported(file, "its numbers are not little-endian");
        }
        PickleInput in = new PickleInput(file, records.bytes("data.pkl", MAX_PICKLE_BYTES));
        TorchNames names = new TorchNames(in);
        Object value = new PlainValues(in).of(new Unpickler(in, names).load());
        for (TorchNames.Storage storage : names.storages()) {
            long bytes = records.size(record(storage.key()));
            if (bytes != storage.bytes()) {
                throw PtFormatException.damaged(
                        file,
                        "record " + record(storage.key()) + " has " + bytes + " bytes, not the " + storage.bytes()
                                + " of " + storage.numel() + " elements of " + storage.dtype(),
                        null);
            }
        }
        if (value == null) {
            throw PtFormatException.unsupported(file, "it holds nothing but None");
        }
        return value;
    }

    /**
     * What was saved: a read-only {@code Map<Object, Object>} in the file's order (for a checkpoint,
     * with String or Long keys), {@code List<Object>} for lists and tuples, Long, Double, Boolean,
     * String, {@link PtDtype}, null for None, and {@link PtTensor}. Free of cycles and at most 100 deep.
     */
    public Object root() {
        return root;
    }

    /**
     * Copies a tensor's elements from the file into a tensor of the same dtype and shape, on any
     * device, contiguous or not; gradients are not recorded. A CPU tensor that is contiguous, from a
     * tensor saved contiguously, is filled in place; otherwise the elements pass through one CPU copy.
     *
     * @throws IllegalArgumentException if dtype or shape differ; the target is then unchanged
     * @throws PtFormatException if the file is damaged; the target's elements are then undefined
     */
    @SuppressWarnings("try") // the scope is there to free the views
    public void read(PtTensor source, Tensor target) {
        PtDtype targetDtype = PtDtype.of(target.scalar_type());
        List<Long> targetShape = TensorBytes.longs(target.sizes());
        if (source.dtype() != targetDtype || !source.shape().equals(targetShape)) {
            throw new IllegalArgumentException(file + " holds " + source.dtype() + source.shape() + " in record "
                    + record(source.storageKey()) + ", which does not fit a tensor of " + targetDtype + targetShape);
        }
        if (records.size(record(source.storageKey()))
                != source.storageNumel() * source.dtype().itemBytes()) {
            throw new IllegalArgumentException(source + " is not of " + file);
        }
        if (source.numel() == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            if (source.isContiguous() && target.is_cpu() && target.is_contiguous()) {
                readInto(source, target);
                return;
            }
            Tensor span = torch.empty(new long[] {source.extent()}, new TensorOptions(target.scalar_type()), null);
            readInto(source, span);
            Tensor view = span.as_strided(TensorBytes.array(source.shape()), TensorBytes.array(source.strides()));
            target.detach().copy_(view);
        }
    }

    /** Streams the whole record, for its checksum, and keeps the part that the tensor covers. */
    private void readInto(PtTensor source, Tensor contiguous) {
        int itemBytes = source.dtype().itemBytes();
        TensorBytes.Window window = new TensorBytes.Window(
                new BytePointer(contiguous.data_ptr()), source.offset() * itemBytes, source.extent() * itemBytes);
        records.stream(record(source.storageKey()), window::accept);
    }

    /**
     * Reads every record of the file and checks its CRC-32. Takes as long as reading the file; needs
     * 1 MiB of memory. A file that passes will not fail in {@link #read} later, unless it is changed.
     */
    public void verify() {
        records.verifyAll();
    }

    @Override
    public void close() {
        records.close();
    }

    private static String record(String storageKey) {
        return "data/" + storageKey;
    }
}
