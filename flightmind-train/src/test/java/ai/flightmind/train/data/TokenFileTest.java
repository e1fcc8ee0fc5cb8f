package ai.flightmind.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.DataException;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenFileTest {
    private static final long CHUNK = 1L << 24;
    private static final long FIVE_GIB_OF_TOKENS = 5L << 29;

    @Test
    void rowsComeBackInTheOrderAskedFor(@TempDir Path dir) throws IOException {
        try (TokenFile file = TokenFile.open(TokenFiles.write(dir.resolve("t.bin"), 1, 2, 3, 4, 5, 6, 7, 8, 9))) {
            assertThat(read(file, 3, 2, 0, 2)).containsExactly(7, 8, 9, 1, 2, 3, 7, 8, 9);
        }
    }

    @Test
    void idsOfAllSixteenBitsComeBackUnsigned(@TempDir Path dir) throws IOException {
        int[] all = IntStream.rangeClosed(0, 0xFFFF).toArray();
        try (TokenFile file = TokenFile.open(TokenFiles.write(dir.resolve("t.bin"), all))) {
            assertThat(read(file, all.length, 0))
                    .isEqualTo(IntStream.of(all).asLongStream().toArray());
        }
    }

    @Test
    void partialRowIsPassedOver(@TempDir Path dir) throws IOException {
        try (TokenFile file = TokenFile.open(TokenFiles.write(dir.resolve("t.bin"), 1, 2, 3, 4, 5, 6, 7, 8))) {
            assertThat(file.tokenCount()).isEqualTo(8);
            assertThat(file.rowCount(3)).isEqualTo(2);
            assertThat(read(file, 3, 1)).containsExactly(4, 5, 6);
            assertThatThrownBy(() -> read(file, 3, 2)).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    @Timeout(20)
    void rowsBeyondFourGibibytesAreReadWithoutHeap(@TempDir Path dir) throws IOException {
        long rows = FIVE_GIB_OF_TOKENS / 1_000;
        Path large =
                TokenFiles.sparse(dir.resolve("large.bin"), FIVE_GIB_OF_TOKENS, (rows - 1) * 1_000, 11, 40_000, 0xFFFF);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TokenFile small = TokenFile.open(TokenFiles.write(dir.resolve("small.bin"), 1))) {
            read(small, 1, 0);
        }
        long before = threads.getCurrentThreadAllocatedBytes();

        try (TokenFile file = TokenFile.open(large)) {
            long[] read = read(file, 1_000, 0, rows - 1);

            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
            assertThat(file.rowCount(1_000)).isEqualTo(rows);
            assertThat(read).hasSize(2_000).startsWith(0, 0, 0);
            assertThat(read[1_000]).isEqualTo(11);
            assertThat(read[1_001]).isEqualTo(40_000);
            assertThat(read[1_002]).isEqualTo(0xFFFF);
        }
    }

    @Test
    void missingFileIsNamed(@TempDir Path dir) {
        assertRefused(dir.resolve("t.bin"), "does not exist");
    }

    @Test
    void directoryInPlaceOfTheFileIsRefused(@TempDir Path dir) throws IOException {
        assertRefused(Files.createDirectory(dir.resolve("t.bin")), "does not exist");
    }

    @Test
    void emptyFileIsRefusedWithItsName(@TempDir Path dir) throws IOException {
        assertRefused(Files.createFile(dir.resolve("t.bin")), "is empty");
    }

    @Test
    void oddSizedFileIsRefusedWithItsName(@TempDir Path dir) throws IOException {
        assertRefused(Files.write(dir.resolve("t.bin"), new byte[7]), "7 bytes, an odd number");
    }

    @Test
    void fewerTokensThanASequenceAreRefused(@TempDir Path dir) throws IOException {
        Path path = TokenFiles.write(dir.resolve("t.bin"), 1, 2, 3);
        try (TokenFile file = TokenFile.open(path)) {
            assertThatThrownBy(() -> file.rowCount(4))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("3 tokens, fewer than one sequence of 4");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "512, 512",
        "512, 513",
        "512, 32767",
        "512, 32768",
        "512, 65535",
        "32768, 32768",
        "32768, 65535",
        "40000, 40000",
        "65535, 65535"
    })
    void tokenBeyondTheVocabularyIsNamedWithItsPlace(int vocabSize, int id, @TempDir Path dir) throws IOException {
        Path path = TokenFiles.write(dir.resolve("t.bin"), 0, 1, vocabSize - 1, 3, id, 5, id, 0xFFFF);
        try (TokenFile file = TokenFile.open(path)) {
            assertThatThrownBy(() -> file.requireTokensBelow(vocabSize))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("token " + id + " at position 4 (byte 8)")
                    .hasMessageContaining("only " + vocabSize + " tokens");
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, 600", "0, 600", "0, 50000", "12345, 600", "12345, 50000"})
    void tokenBeyondTheVocabularyIsFoundAboutTheEndOfTheFirstChunk(long offset, int id, @TempDir Path dir)
            throws IOException {
        long position = CHUNK + offset;
        Path path = TokenFiles.sparse(dir.resolve("t.bin"), CHUNK + 20_000, position, id);
        try (TokenFile file = TokenFile.open(path)) {
            assertThatThrownBy(() -> file.requireTokensBelow(512))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("token " + id + " at position " + position + " (byte " + 2 * position + ")");
        }
    }

    @ParameterizedTest
    @CsvSource({"512, 511", "32768, 32767", "32769, 32768", "65536, 65535", "100000, 65535"})
    void largestIdOfTheVocabularyPasses(int vocabSize, int id, @TempDir Path dir) throws IOException {
        try (TokenFile file = TokenFile.open(TokenFiles.write(dir.resolve("t.bin"), 0, id, 1))) {
            assertThatCode(() -> file.requireTokensBelow(vocabSize)).doesNotThrowAnyException();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closingUnmaps(@TempDir Path dir) throws IOException {
        Path path = TokenFiles.write(dir.resolve("mapped-until-closed.bin"), 1, 2, 3, 4);
        try (TokenFile file = TokenFile.open(path)) {
            read(file, 2, 0, 1);
            file.requireTokensBelow(512);
            assertThat(Files.readString(Path.of("/proc/self/maps"))).contains("mapped-until-closed.bin");
        }

        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain("mapped-until-closed.bin");
    }

    private static void assertRefused(Path path, String why) {
        assertThatThrownBy(() -> TokenFile.open(path))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(why);
    }

    private static long[] read(TokenFile file, int rowLength, long... rows) {
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = file.rows(rows, rowLength);
            assertThat(tensor.size(0)).isEqualTo(rows.length);
            assertThat(tensor.size(1)).isEqualTo(rowLength);
            long[] values = new long[(int) tensor.numel()];
            tensor.data_ptr_long().get(values);
            return values;
        }
    }
}
