package ai.flightmind.examples.docs;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsCheckpointPageTest {
    @TempDir
    Path directory;

    @Test
    void shapeIsReadBeforeTheWeights() throws IOException {
        DocSnippets page = DocSnippets.of("concepts/checkpoint.md");
        GptConfig config =
                GptConfig.builder().depth(1).vocabSize(300).sequenceLength(16).build();
        Files.createDirectories(directory.resolve("checkpoints"));
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(3))) {
            CheckpointWriter.writeWeights(directory.resolve("checkpoints/final.pt"), model);
        }

        assertThat(page.run("read", directory)).contains("depth 1, " + config.parameterCount() + " parameters");

        page.assertAllRun();
    }
}
