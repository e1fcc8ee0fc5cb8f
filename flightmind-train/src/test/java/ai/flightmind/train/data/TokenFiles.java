package ai.flightmind.train.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes token files for tests. */
final class TokenFiles {
    private TokenFiles() {}

    static Path write(Path file, int... ids) throws IOException {
        return Files.write(file, bytes(ids));
    }

    /** A file of zeros, but for ids at a position; it takes almost no disk, however large it is. */
    static Path sparse(Path file, long tokens, long position, int... ids) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(2 * tokens);
            out.seek(2 * position);
            out.write(bytes(ids));
        }
        return file;
    }

    private static byte[] bytes(int... ids) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids) {
            bytes.putShort((short) id);
        }
        return bytes.array();
    }
}
