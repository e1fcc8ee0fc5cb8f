package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.ByteDataset;
import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.TrainingMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsMemoryPageTest {
    @TempDir
    Path directory;

    @Test
    void estimateIsThereBeforeTheModel() throws IOException {
        DocSnippets page = DocSnippets.of("concepts/memory.md");
        double gigabytes = TrainingMemory.of(GptConfig.ofDepth(24), Device.Kind.CUDA, 2_048, Precision.BF16)
                        .bytes(8)
                / 1e9;

        assertThat(page.run("estimate", directory))
                .contains(String.format(Locale.ROOT, "depth 24, micro-batch 8: %.1f GB", gigabytes));
        ByteDataset.write(directory.resolve("data"), new byte[64 * 100], 64, 1);
        assertThat(page.run("auto", directory)).contains("a step is 1 x 32 sequences", "completed after 2 steps");
        assertThat(page.run("scope", directory)).contains("11 tensors");

        page.assertAllRun();
    }
}
