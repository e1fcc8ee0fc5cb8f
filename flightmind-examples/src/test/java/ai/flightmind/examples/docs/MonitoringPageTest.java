package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** In the order of the page: the run that the first snippet trains is what the later ones look at. */
@TestMethodOrder(OrderAnnotation.class)
class MonitoringPageTest {
    private static final DocSnippets PAGE = DocSnippets.of("monitoring.md");
    private static final String MODEL = """
            TokenDataset data = TokenDataset.open(Path.of("data"));
            Gpt model = Gpt.create(
                GptConfig.builder().depth(1).vocabSize(263).sequenceLength(64).build(), Device.cpu(), new Seed(1));
            """;

    @TempDir
    static Path directory;

    @Test
    @Order(1)
    void watchedRunLeavesEverythingBehind() throws IOException {
        Files.createDirectories(directory.resolve("data"));
        Files.write(directory.resolve("data/train.bin"), tokens());
        Files.write(directory.resolve("data/val.bin"), tokens());

        String output = PAGE.run("watch", directory, MODEL);

        assertThat(output).contains("step     10 |", "completed after 30 steps");
        assertThat(directory.resolve("checkpoints/metrics.jsonl")).exists();
        assertThat(directory.resolve("checkpoints/run.jsonl")).exists();
        assertThat(directory.resolve("checkpoints/tensorboard")).isNotEmptyDirectory();
    }

    @Test
    @Order(2)
    void lineIsShown() {
        assertThat(PAGE.run("line", directory)).contains("upload | 100.0 % | 212.0 MB of 212.0 MB");
    }

    @Test
    @Order(3)
    void samplesGoToWhoeverWantsThem() {
        String given = MODEL + """
                Path run = Path.of("samples");
                Tokenizer tokenizer = Tokenizer.bytes();
                RunLog log = new RunLog(run.resolve("run.jsonl"));
                TensorBoard tensorBoard = TensorBoard.in(run);
                Trainer.Builder trainer = Trainer.builder().model(model).data(data);
                """;
        assertThat(PAGE.run("samples", directory, given)).isEmpty();
    }

    @Test
    @Order(4)
    void runsAreComparedInAPicture() throws IOException {
        for (String run : new String[] {"d12", "d24"}) {
            Files.createDirectories(directory.resolve(run));
            for (String file : new String[] {"metrics.jsonl", "run.jsonl"}) {
                Files.copy(
                        directory.resolve("checkpoints").resolve(file),
                        directory.resolve(run).resolve(file));
            }
        }

        PAGE.run("plot", directory);

        assertThat(directory.resolve("loss.png")).isNotEmptyFile();
    }

    @Test
    @Order(5)
    void pageOfTheRunIsWritten() {
        PAGE.run("page", directory);

        assertThat(directory.resolve("report.html")).content().contains("Completed", "30");
    }

    /** 40 sequences of ids below 256, little-endian. */
    private static byte[] tokens() {
        byte[] tokens = new byte[2 * 40 * 64];
        for (int i = 0; i < tokens.length; i += 2) {
            tokens[i] = (byte) (i * i / 7);
        }
        return tokens;
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
