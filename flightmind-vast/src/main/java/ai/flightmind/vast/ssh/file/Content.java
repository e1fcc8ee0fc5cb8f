package ai.flightmind.vast.ssh.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Bytes that can be made again and are the same each time, so that a transfer can go on in their middle. */
interface Content {
    int BUFFER = 256 << 10;

    void writeTo(OutputStream out) throws IOException;

    /** −1 if only writing it tells. */
    long size() throws IOException;

    static Content ofFile(Path file) {
        return new Content() {
            @Override
            public void writeTo(OutputStream out) throws IOException {
                byte[] buffer = new byte[BUFFER];
                try (InputStream in = Files.newInputStream(file)) {
                    int read;
                    while ((read = in.read(buffer)) >= 0) {
                        out.write(buffer, 0, read);
                    }
                }
            }

            @Override
            public long size() throws IOException {
                return Files.size(file);
            }
        };
    }

    /** The hash of the first bytes; null if there are not as many. */
    static @Nullable String prefix(Content content, long bytes) throws IOException {
        MessageDigest digest = Sha256.start();
        Prefix prefix = new Prefix(digest, bytes);
        try {
            content.writeTo(prefix);
        } catch (Prefix.Enough e) {
            return Sha256.soFar(digest);
        }
        return prefix.left == 0 ? Sha256.soFar(digest) : null;
    }

    /** Hashes up to a number of bytes, then stops its writer. */
    final class Prefix extends OutputStream {
        private static final class Enough extends IOException {
            private static final long serialVersionUID = 1L;
        }

        private final MessageDigest digest;
        private long left;

        Prefix(MessageDigest digest, long bytes) {
            this.digest = digest;
            this.left = bytes;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int taken = (int) Math.min(left, length);
            digest.update(bytes, offset, taken);
            left -= taken;
            if (taken < length) {
                throw new Enough();
            }
        }
    }

    /** Hashes all of it, and passes on what comes after the bytes that are there already. */
    final class Rest extends OutputStream {
        private final OutputStream out;
        private final MessageDigest digest = Sha256.start();
        private final TransferProgress progress;
        private final long total;
        private final long from;
        private long at;

        Rest(OutputStream out, long from, long total, TransferProgress progress) {
            this.out = out;
            this.from = from;
            this.total = total;
            this.progress = progress;
        }

        String sha256() {
            return Sha256.soFar(digest);
        }

        long bytes() {
            return at;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            digest.update(bytes, offset, length);
            int known = (int) Math.max(0, Math.min(length, from - at));
            at += length;
            if (known < length) {
                out.write(bytes, offset + known, length - known);
                progress.at(at, total);
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
