package ai.flightmind.examples.docs;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratePageTest {
    private static final DocSnippets PAGE = DocSnippets.of("generate.md");

    @TempDir
    static Path directory;

    @BeforeAll
    static void modelAndItsTokenizer() throws IOException {
        Files.createDirectories(directory.resolve("data/tokenized"));
        BpeTrainer.builder()
                .vocabSize(300)
                .build()
                .train(AviationCorpus.of(1).metars(50))
                .write(directory.resolve("data/tokenized/tokenizer.json"));
        GptConfig config =
                GptConfig.builder().depth(1).vocabSize(300).sequenceLength(128).build();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(3))) {
            CheckpointWriter.writeWeights(directory.resolve("checkpoints/best.pt"), model);
        }
    }

    @Test
    void commandContinuesAPrompt() {
        assertThat(PAGE.run("command", directory)).contains("METAR KJFK", "1 prompts, ", " tok/s");
    }

    @Test
    void linesAreContinuedSideBySide() throws IOException {
        PAGE.run("lines", directory);

        List<String> lines = Files.readAllLines(directory.resolve("completions.jsonl"));
        assertThat(lines).hasSize(3).allMatch(line -> line.contains("\"finish_reason\":\""));
        assertThat(lines.get(1)).startsWith("{\"prompt\":\"METAR ENGM\",\"text\":\"");
    }

    @Test
    void streamPrintsWhatIsDrawn() {
        assertThat(PAGE.run("stream", directory)).isNotBlank();
    }

    @Test
    void batchSaysWhyEachCompletionEnds() {
        String given = """
                Path checkpoint = Path.of("checkpoints/best.pt");
                Tokenizer tokenizer = Tokenizer.open(Path.of("data/tokenized/tokenizer.json"));
                Gpt model = Gpt.create(CheckpointReader.config(checkpoint), Device.cpu(), new Seed(0));
                CheckpointReader.readWeights(checkpoint, model);
                Generator generator = Generator.builder().model(model).tokenizer(tokenizer).build();
                """;

        assertThat(PAGE.run("batch", directory, given)).contains("LENGTH after 40: ");
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
