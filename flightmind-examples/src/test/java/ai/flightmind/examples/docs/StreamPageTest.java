package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamPageTest {
    private static final DocSnippets PAGE = DocSnippets.of("stream.md");

    @TempDir
    static Path directory;

    @BeforeAll
    static void filesToRead() throws IOException {
        Files.createDirectories(directory.resolve("data"));
        Files.write(directory.resolve("data/train.bin"), new byte[2 * 64 * 5]);
        Files.write(directory.resolve("data/val.bin"), new byte[2 * 64 * 2]);
        Files.createDirectories(directory.resolve("reports"));
        Files.writeString(
                directory.resolve("reports/a.jsonl"),
                IntStream.range(0, 50)
                        .mapToObj(i -> "{\"text\": \"Report " + i + ": wind calm, visibility ten kilometres.\"}\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void documentsAreRead() {
        assertThat(PAGE.run("read", directory))
                .contains("1 files; the first document: Report 0: wind calm, visibility ten kilometres.");
    }

    @Test
    void mixtureIsTrainedOnAndCounted() {
        String output = PAGE.run("train", directory);

        assertThat(directory.resolve("checkpoints/final.pt")).exists();
        assertThat(directory.resolve("checkpoints/metrics.jsonl"))
                .content()
                .contains("\"sources\":{\"aviation\":42,\"general\":18}")
                .contains("\"sources\":{\"aviation\":62,\"general\":38}");
        assertThat(output).contains("The 5 sequences of aviation will be read 12.4 times over this run of 10 steps");
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
