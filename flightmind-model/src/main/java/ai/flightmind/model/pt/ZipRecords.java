package ai.flightmind.model.pt;

import ai.flightmind.model.error.PtFormatException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The records of a {@code .pt} file's zip, read in chunks and never without checking their CRC-32.
 * Names are given without the archive's folder: {@code data.pkl}, {@code data/0}.
 */
final class ZipRecords implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final String PICKLE = "/data.pkl";

    private final Path file;
    private final ZipFile zip;
    private final String folder;

    private ZipRecords(Path file, ZipFile zip, String folder) {
        this.file = file;
        this.zip = zip;
        this.folder = folder;
    }

    /** Takes the bytes of a record in order. */
    interface Sink {
        void accept(byte[] chunk, int length);
    }

    static ZipRecords open(Path file) {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (IOException | RuntimeException e) {
            throw failure(file, "cannot be opened as a zip, which .pt files are", e);
        }
        try {
            return new ZipRecords(file, zip, folder(file, zip));
        } catch (RuntimeException e) {
            try {
                zip.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private static String folder(Path file, ZipFile zip) {
        List<String> pickles = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw PtFormatException.damaged(file, "a zip with " + pickles.size() + " records data.pkl, not one", null);
        }
        return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
    }

    boolean has(String record) {
        return zip.getEntry(folder + record) != null;
    }

    /** Bytes of a record; a record that is not there is an error. */
    long size(String record) {
        return entry(record).getSize();
    }

    /** A whole record that must be small. */
    byte[] bytes(String record, int maxBytes) {
        if (size(record) > maxBytes) {
            throw PtFormatException.unsupported(file, "record " + record + " is larger than " + maxBytes + " bytes");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        stream(record, (chunk, length) -> bytes.write(chunk, 0, length));
        return bytes.toByteArray();
    }

    /** Hands a record to the sink; a wrong checksum shows only after the last chunk. */
    void stream(String record, Sink sink) {
        stream(entry(record), sink);
    }

    /** Reads every record of the zip, whatever its name. */
    void verifyAll() {
        zip.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> stream(entry, (chunk, length) -> {}));
    }

    private ZipEntry entry(String record) {
        ZipEntry entry = zip.getEntry(folder + record);
        if (entry == null) {
            throw PtFormatException.damaged(file, "record " + folder + record + " is missing", null);
        }
        return entry;
    }

    private void stream(ZipEntry entry, Sink sink) {
        if (entry.getMethod() != ZipEntry.STORED || entry.getCompressedSize() != entry.getSize()) {
            throw PtFormatException.unsupported(file, "record " + entry.getName() + " is compressed");
        }
        CRC32 crc = new CRC32();
        long remaining = entry.getSize();
        byte[] chunk = new byte[(int) Math.max(1, Math.min(CHUNK_BYTES, remaining))];
        try (InputStream in = zip.getInputStream(entry)) {
            while (remaining > 0) {
                int length = in.read(chunk, 0, (int) Math.min(chunk.length, remaining));
                if (length <= 0) {
                    throw new EOFException("ends " + remaining + " bytes too early");
                }
                crc.update(chunk, 0, length);
                sink.accept(chunk, length);
                remaining -= length;
            }
        } catch (IOException e) {
            throw failure(file, "record " + entry.getName() + " cannot be read", e);
        }
        if (crc.getValue() != entry.getCrc()) {
            throw PtFormatException.damaged(
                    file, "the bytes of record " + entry.getName() + " do not match their CRC-32", null);
        }
    }

    /** Sorts what the zip library throws into damage to the file and trouble with the disk. */
    private static RuntimeException failure(Path file, String problem, Exception e) {
        if (e instanceof IOException io && !(e instanceof ZipException) && !(e instanceof EOFException)) {
            return new UncheckedIOException(file + ": " + problem + ": " + e.getMessage(), io);
        }
        return PtFormatException.damaged(file, problem + " (" + e.getMessage() + ")", e);
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
