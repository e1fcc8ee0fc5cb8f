package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsMemoryPageTest {
    @TempDir
    Path directory;

    @Test
    void estimateIsThereBeforeTheModel() {
        DocSnippets page = DocSnippets.of("concepts/memory.md");
        double gigabytes = GptConfig.ofDepth(24).trainingMemoryBytes(8, 2_048, Precision.BF16) / 1e9;

        assertThat(page.run("estimate", directory))
                .contains(String.format(Locale.ROOT, "depth 24, micro-batch 8: %.1f GB", gigabytes));
        assertThat(page.run("scope", directory)).contains("11 tensors");

        page.assertAllRun();
    }
}
