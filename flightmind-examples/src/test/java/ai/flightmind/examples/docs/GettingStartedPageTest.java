package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GettingStartedPageTest {
    @TempDir
    Path directory;

    @Test
    void folderOfTextBecomesAModelThatWrites() throws IOException {
        DocSnippets page = DocSnippets.of("getting-started.md");
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        Files.writeString(
                corpus.resolve("metars.txt"),
                String.join("\n", AviationCorpus.of(1).metars(1_000).toList()));
        Files.writeString(
                corpus.resolve("exchanges.txt"),
                String.join("\n", AviationCorpus.of(1).exchanges(100).toList()));

        assertThat(page.run("prepare", directory)).contains("PreparedData[documents=2");
        assertThat(page.run("train", directory)).contains("60 steps, validation loss ");
        assertThat(directory.resolve("checkpoints/best.pt")).exists();
        assertThat(page.run("generate", directory)).isNotBlank();

        page.assertAllRun();
    }
}
