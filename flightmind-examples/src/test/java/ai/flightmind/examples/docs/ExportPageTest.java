package ai.flightmind.examples.docs;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExportPageTest {
    private static final DocSnippets PAGE = DocSnippets.of("export.md");
    private static final GptConfig CONFIG =
            GptConfig.builder().depth(1).vocabSize(300).sequenceLength(16).build();

    @TempDir
    static Path directory;

    @BeforeAll
    static void trainedModelAndItsTokenizer() throws IOException {
        Files.createDirectories(directory.resolve("data"));
        BpeTrainer.builder()
                .vocabSize(270)
                .build()
                .train(Stream.of("hello hello hello, tower tower tower"))
                .write(directory.resolve("data/tokenizer.json"));
        try (Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(3))) {
            CheckpointWriter.writeWeights(directory.resolve("checkpoints/best.pt"), model);
        }
    }

    @Test
    @Order(1)
    void commandWritesADirectory() {
        String output = PAGE.run("command", directory);

        assertThat(output).contains("bytes in exported", "model.safetensors");
        assertThat(directory.resolve("exported/config.json")).content().contains("\"torch_dtype\": \"bfloat16\"");
        assertThat(directory.resolve("exported/tokenizer.json"))
                .hasSameBinaryContentAs(directory.resolve("data/tokenizer.json"));
    }

    @Test
    @Order(2)
    void exportWritesTheSameInFloat32() {
        String output = PAGE.run("export", directory);

        assertThat(output).contains("tokenizer_config.json");
        assertThat(directory.resolve("lossless/config.json")).content().contains("\"torch_dtype\": \"float32\"");
    }

    @Test
    @Order(3)
    void importGivesTheWeightsBack() {
        PAGE.run("import", directory);

        try (Gpt imported = Gpt.create(CONFIG, Device.cpu(), seed(0));
                Gpt exported = Gpt.create(CONFIG, Device.cpu(), seed(3));
                PointerScope scope = new PointerScope()) {
            CheckpointReader.readWeights(directory.resolve("imported.pt"), imported);
            exported.parameters()
                    .forEach((name, weight) -> assertThat(weight.equal(imported.parameter(name)))
                            .as(name)
                            .isTrue());
        }
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
