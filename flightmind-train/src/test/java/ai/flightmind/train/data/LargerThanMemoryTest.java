package ai.flightmind.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargerThanMemoryTest {
    private static final long BYTES = 1L << 40;

    @TempDir
    Path directory;

    /** A private mapping of this size is refused by Linux unless there is as much memory. */
    @Test
    void aTerabyteIsMappedAndItsLastRowRead() throws Exception {
        Path path = directory.resolve("train.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(BYTES);
            sparse.seek(BYTES - 2);
            sparse.write(new byte[] {(byte) 0xCD, (byte) 0xAB});
        }

        try (TokenFile file = TokenFile.open(path);
                PointerScope scope = new PointerScope()) {
            long lastRow = file.rowCount(64) - 1;
            assertThat(file.tokenCount()).isEqualTo(BYTES / 2);
            assertThat(file.rows(new long[] {lastRow}, 64)
                            .select(0, 0)
                            .select(0, 63)
                            .item_long())
                    .isEqualTo(0xABCD);
        }
    }
}
