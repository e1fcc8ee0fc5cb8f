package ai.flightmind.vast.bucket;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import ai.flightmind.vast.error.CancelledException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a file holds, by its sums, from one reading.
 *
 * @param sha256 of the whole, in hex
 * @param md5s of its parts, at least one
 */
record FileDigest(long sizeBytes, String sha256, List<byte[]> md5s) {
    private static final int PIECE_BYTES = 1 << 18;

    /** @throws CancelledException if the caller was interrupted */
    static FileDigest of(Path file, long partBytes) {
        MessageDigest whole = digest("SHA-256");
        MessageDigest part = digest("MD5");
        List<byte[]> md5s = new ArrayList<>();
        long size = 0;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE_BYTES];
            long left = partBytes;
            for (int n = read(in, piece, left); n >= 0; n = read(in, piece, left)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("Reading " + file + " was interrupted.", false, null);
                }
                whole.update(piece, 0, n);
                part.update(piece, 0, n);
                size += n;
                left -= n;
                if (left == 0) {
                    md5s.add(part.digest());
                    left = partBytes;
                }
            }
            if (left < partBytes || md5s.isEmpty()) {
                md5s.add(part.digest());
            }
        } catch (IOException e) {
            throw new BucketException(Reason.LOCAL_FILE, "The file " + file + " cannot be read: " + e.getMessage(), e);
        }
        return new FileDigest(size, HexFormat.of().formatHex(whole.digest()), List.copyOf(md5s));
    }

    private static int read(InputStream in, byte[] piece, long most) throws IOException {
        return in.read(piece, 0, (int) Math.min(piece.length, most));
    }

    static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has " + name, e);
        }
    }
}
