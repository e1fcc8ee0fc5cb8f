package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PretrainBadInputTest {
    private static final int TOKENS = 64 * 40;

    private final Path data;
    private final Path checkpoints;

    PretrainBadInputTest(@TempDir Path dir) {
        data = dir.resolve("data");
        checkpoints = dir.resolve("checkpoints");
    }

    @BeforeEach
    void soundData() throws IOException {
        Files.createDirectories(data);
        Files.write(data.resolve("train.bin"), tokens(TOKENS));
        Files.write(data.resolve("val.bin"), tokens(TOKENS));
    }

    @ParameterizedTest
    @CsvSource({"--bogus, 1, --bogus", "--precision, fp8, fp8", "--depth, many, many"})
    void flagThatCannotBeReadIsNamed(String flag, String value, String named) {
        CommandRun run = pretrain(flag, value);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(named).doesNotContain("\tat ");
        assertThat(run.out()).doesNotContain("step ");
    }

    @ParameterizedTest
    @CsvSource({
        "--depth, 0, depth must be from 1",
        "--depth, -3, depth must be from 1",
        "--batch-size, 3, cannot be divided",
        "--batch-size, 0, microBatchSize must be at least 1",
        "--batch-size, many, Not a micro-batch: 'many'",
        "--tokens-per-step, 10, less than one micro-batch",
        "--device, tpu, 'tpu'",
        "--device, cuda:99, cuda:99",
        "--max-steps, 0, maxSteps must be at least 1",
        "--lr, -1, learning rate must be positive",
        "--data, nowhere, nowhere does not exist",
        "--resume, nowhere.pt, nowhere.pt"
    })
    void settingThatCannotBeIsRefusedInOneLine(String flag, String value, String why) throws IOException {
        assertRefused(why, flag, value);
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        Files.write(data.resolve("train.bin"), new byte[0]);

        assertRefused(data.resolve("train.bin") + " is empty");
    }

    @Test
    void oddSizedFileIsRefused() throws IOException {
        Files.write(data.resolve("val.bin"), new byte[129]);

        assertRefused(data.resolve("val.bin") + " has 129 bytes, an odd number");
    }

    @Test
    void tooFewTokensAreRefused() throws IOException {
        Files.write(data.resolve("train.bin"), tokens(63));

        assertRefused("63 tokens, fewer than one sequence of 64");
    }

    @Test
    void tokenBeyondTheVocabularyIsRefusedWithItsPlace() throws IOException {
        byte[] tokens = tokens(TOKENS);
        tokens[2 * 1_000 + 1] = 2;
        Files.write(data.resolve("train.bin"), tokens);

        assertRefused(data.resolve("train.bin") + " holds token " + (512 + (tokens[2_000] & 0xFF))
                + " at position 1000 (byte 2000)");
    }

    @Test
    void checkpointOfAnotherDepthIsRefused() throws IOException {
        Path file = checkpoint();

        assertRefused("depth 1, but this run's has 2", "--resume", file.toString(), "--depth", "2");
    }

    @Test
    void truncatedCheckpointIsRefused() throws IOException {
        Path file = checkpoint();
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) / 2));

        assertRefused(file.toString(), "--resume", file.toString());
    }

    @Test
    void corruptedCheckpointIsRefused() throws IOException {
        Path file = checkpoint();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] = (byte) ~bytes[bytes.length / 2];
        Files.write(file, bytes);

        assertRefused(file.toString(), "--resume", file.toString());
    }

    private Path checkpoint() {
        assertThat(pretrain().status()).isZero();
        return checkpoints.resolve("final.pt");
    }

    private void assertRefused(String why, String... flags) throws IOException {
        Map<Path, ByteBuffer> before = files();

        CommandRun run = pretrain(flags);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains(why);
        assertThat(run.out()).doesNotContain("step ");
        assertThat(files()).isEqualTo(before);
    }

    /** What a run must leave as it was: all but its lock. */
    private Map<Path, ByteBuffer> files() throws IOException {
        Map<Path, ByteBuffer> files = new TreeMap<>();
        if (Files.exists(checkpoints)) {
            try (Stream<Path> all = Files.walk(checkpoints)) {
                for (Path file : all.filter(Files::isRegularFile)
                        .filter(f -> !f.endsWith(".lock"))
                        .toList()) {
                    files.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
                }
            }
        }
        return files;
    }

    /** Later flags win over the sound ones that stand before them. */
    private CommandRun pretrain(String... flags) {
        List<String> sound = List.of(
                "--data=" + data,
                "--checkpoints=" + checkpoints,
                "--depth=1",
                "--vocab-size=512",
                "--seq-len=64",
                "--max-steps=3",
                "--batch-size=4",
                "--tokens-per-step=512",
                "--device=cpu",
                "--eval-steps=1");
        List<String> args = new ArrayList<>();
        List<String> given = List.of(flags);
        sound.stream()
                .filter(flag -> !given.contains(flag.substring(0, flag.indexOf('='))))
                .forEach(args::add);
        args.addAll(given);
        return CommandRun.of(new Pretrain(), args);
    }

    private static byte[] tokens(int count) {
        byte[] bytes = new byte[2 * count];
        for (int i = 0; i < count; i++) {
            bytes[2 * i] = (byte) (i * i % 251);
        }
        return bytes;
    }
}
