package ai.flightmind.train.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranges of files that were read over the network, in a directory of bounded size; what was not asked for longest goes
 * first. Several processes may share it. It is never needed: what it cannot keep or give is read where it comes from.
 * Thread-safe.
 */
final class RangeCache {
    private static final Logger log = LoggerFactory.getLogger(RangeCache.class);
    private static final String SUFFIX = ".range";
    private static final int CHECKSUM_BYTES = 8;

    private final Path directory;
    private final long maxBytes;
    private boolean troubled;

    /** A file of it, as it was when it was looked at. */
    private record Kept(Path file, long bytes, FileTime used) {}

    /** @param directory made when something is kept */
    RangeCache(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
    }

    /** The file, whose ranges are read once. */
    DataFile over(DataFile file) {
        return new DataFile() {
            @Override
            public String name() {
                return file.name();
            }

            @Override
            public long length() {
                return file.length();
            }

            @Override
            public byte[] read(long from, int length) {
                Path kept = directory.resolve(key(file, from, length) + SUFFIX);
                byte[] known = take(kept, length);
                if (known != null) {
                    return known;
                }
                byte[] bytes = file.read(from, length);
                keep(kept, bytes);
                return bytes;
            }
        };
    }

    private static String key(DataFile file, long from, int length) {
        String what = file.name() + " " + file.length() + " " + from + " " + length;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Null if it is not there, or is damaged. */
    private byte @Nullable [] take(Path kept, int length) {
        try {
            if (!Files.exists(kept)) {
                return null;
            }
            ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(kept));
            if (whole.remaining() != CHECKSUM_BYTES + length) {
                return null;
            }
            long checksum = whole.getLong();
            byte[] bytes = new byte[length];
            whole.get(bytes);
            if (checksum != checksum(bytes)) {
                return null;
            }
            Files.setLastModifiedTime(kept, FileTime.from(Instant.now()));
            return bytes;
        } catch (IOException e) {
            tell(e); // gone meanwhile, or unreadable
            return null;
        }
    }

    private void keep(Path kept, byte[] bytes) {
        if (bytes.length + CHECKSUM_BYTES > maxBytes) {
            return;
        }
        try {
            Files.createDirectories(directory);
            makeRoom(bytes.length + CHECKSUM_BYTES);
            Path part = directory.resolve(UUID.randomUUID() + ".part");
            try {
                ByteBuffer whole = ByteBuffer.allocate(CHECKSUM_BYTES + bytes.length)
                        .putLong(checksum(bytes))
                        .put(bytes);
                Files.write(part, whole.array());
                Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            tell(e);
        }
    }

    private synchronized void makeRoom(long bytes) throws IOException {
        List<Kept> all;
        try (Stream<Path> files = Files.list(directory)) {
            all = files.filter(file -> file.toString().endsWith(SUFFIX))
                    .flatMap(RangeCache::look)
                    .sorted(Comparator.comparing(Kept::used))
                    .toList();
        }
        long total = all.stream().mapToLong(Kept::bytes).sum() + bytes;
        for (Kept kept : all) {
            if (total <= maxBytes) {
                return;
            }
            Files.deleteIfExists(kept.file());
            total -= kept.bytes();
        }
    }

    /** Nothing if another process has deleted it. */
    private static Stream<Kept> look(Path file) {
        try {
            return Stream.of(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static long checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return checksum.getValue();
    }

    /** Once: a disk that is full stays so. */
    private synchronized void tell(IOException trouble) {
        if (!troubled) {
            troubled = true;
            log.warn("The cache {} does not keep or give all: {}", directory, trouble.toString());
        }
    }
}
