package ai.flightmind.model.pt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes {@code .pt} files that {@code torch.load} reads, {@code weights_only} included. A map may
 * hold, to any sensible depth: Map with String, Long or Integer keys, {@link PtOrderedDict}, List,
 * {@link PtTuple}, String, Long, Integer, Double, Float, Boolean, null and libtorch tensors of a
 * {@link PtDtype}. Equal input gives equal bytes: there is no time stamp in the file.
 */
public final class PtWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private PtWriter() {}

    /**
     * Writes a file whose inner folder is named after it, as PyTorch does.
     *
     * @see #write(Path, String, Map)
     */
    public static void write(Path file, Map<String, ?> root) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        write(file, dot > 0 ? name.substring(0, dot) : name, root);
    }

    /**
     * Writes a complete file and has the disk confirm it before returning; an existing file is
     * overwritten in place. Tensors are streamed from their own memory through a buffer of 1 MiB;
     * those on another device are copied to the CPU one at a time. Tensors that share a storage are
     * written as views of one record; a view is written with its whole storage, as PyTorch does. The
     * tensors must not change meanwhile.
     *
     * @param folder the folder inside the zip, not empty and without a slash
     * @throws IllegalArgumentException if a value cannot be saved; no file is then touched
     * @throws UncheckedIOException if writing fails, with the system's reason (such as "No space left
     *     on device") in the message and as cause; what is left of the file is useless
     */
    @SuppressWarnings("try") // the scope is there to free the views of the storages
    public static void write(Path file, String folder, Map<String, ?> root) {
        if (folder.isEmpty() || folder.contains("/")) {
            throw new IllegalArgumentException("not the name of a folder: '" + folder + "'");
        }
        try (PointerScope scope = new PointerScope()) {
            StorageTable storages = new StorageTable();
            byte[] pickle = new Pickler(storages).pickle(root);
            writeRecords(file, folder, pickle, storages.entries());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void writeRecords(Path file, String folder, byte[] pickle, List<StorageTable.Entry> storages)
            throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                RecordZip zip = new RecordZip(channel, folder)) {
            zip.add("data.pkl", pickle);
            zip.add("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            byte[] buffer = new byte[BUFFER_BYTES];
            for (StorageTable.Entry storage : storages) {
                // cpu() is the same tensor again if it is there already.
                try (Tensor onCpu = storage.whole().cpu()) {
                    zip.add("data/" + storage.key(), onCpu.nbytes(), out -> TensorBytes.copy(onCpu, out, buffer));
                }
            }
            zip.add("version", "3\n".getBytes(StandardCharsets.US_ASCII));
            zip.finish();
            channel.force(true);
        }
    }
}
