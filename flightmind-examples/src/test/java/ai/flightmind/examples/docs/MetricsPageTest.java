package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsPageTest {
    private static final DocSnippets PAGE = DocSnippets.of("metrics.md");

    @TempDir
    static Path directory;

    @Test
    void piecesAreJoined() throws IOException {
        write("first", "{\"step\":0,\"loss\":5}\n{\"step\":1,\"loss\":4,\"val_loss\":4.5}\n{\"step\":2,\"loss\":3}\n");
        write("second", "{\"step\":2,\"loss\":3.5}\n{\"step\":3,\"loss\":3,\"val_loss\":3.25}\n");

        assertThat(PAGE.run("join", directory))
                .contains("4 steps, resumed at [2], missing []")
                .contains("best: 3.25");
    }

    private static void write(String folder, String lines) throws IOException {
        Files.createDirectories(directory.resolve(folder));
        Files.writeString(directory.resolve(folder).resolve("metrics.jsonl"), lines);
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
