package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsRunPageTest {
    @TempDir
    Path directory;

    @Test
    void planIsAValue() throws IOException {
        DocSnippets page = DocSnippets.of("concepts/run.md");
        Files.createDirectories(directory.resolve("data/tokenized"));

        assertThat(page.run("plan", directory)).contains("700");

        page.assertAllRun();
    }
}
