package ai.flightmind.model.pt;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * A zip as PyTorch lays it out: every record stored, its data at a multiple of 64 bytes so that it
 * can be mapped, sizes of 64 bits only where they are needed.
 */
final class RecordZip implements AutoCloseable {
    private static final int ALIGNMENT_BYTES = 64;

    /** Some time that every time zone has, so that equal input gives equal bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 12, 0);

    private final FileChannel channel;
    private final ZipArchiveOutputStream zip;
    private final String folder;
    private boolean finished;

    RecordZip(FileChannel channel, String folder) {
        this.channel = channel;
        this.folder = folder;
        // The channel, not a stream: only there can the CRC be put into a header that is already written.
        this.zip = new ZipArchiveOutputStream(channel);
        zip.setUseZip64(Zip64Mode.AsNeeded);
    }

    /** Writes a record's bytes. */
    interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    void add(String record, byte[] bytes) throws IOException {
        add(record, bytes.length, out -> out.write(bytes));
    }

    void add(String record, long bytes, Source source) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(folder + "/" + record);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setAlignment(ALIGNMENT_BYTES);
        entry.setTimeLocal(TIME);
        zip.putArchiveEntry(entry);
        source.writeTo(zip);
        zip.closeArchiveEntry();
    }

    /** Writes the directory; without it there is no zip. */
    void finish() throws IOException {
        zip.finish();
        finished = true;
    }

    @Override
    public void close() throws IOException {
        if (!finished) {
            // Otherwise closing would make a sound zip out of half a checkpoint.
            channel.close();
        }
        zip.close();
    }
}
