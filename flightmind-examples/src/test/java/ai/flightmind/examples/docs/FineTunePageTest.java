package ai.flightmind.examples.docs;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.examples.aviation.ChatCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FineTunePageTest {
    @TempDir
    Path directory;

    @Test
    void pageHoldsFromTopToBottom() throws IOException {
        DocSnippets page = DocSnippets.of("fine-tune.md");
        Files.createDirectories(directory.resolve("data/tokenized"));
        BpeTrainer.builder()
                .vocabSize(300)
                .build()
                .train(ChatCorpus.of(1).questions(50))
                .write(directory.resolve("data/tokenized/tokenizer.json"));
        Files.write(
                directory.resolve("conversations.jsonl"),
                ChatCorpus.of(1).questions(80).toList());
        GptConfig config =
                GptConfig.builder().depth(1).vocabSize(300).sequenceLength(128).build();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(3))) {
            CheckpointWriter.writeWeights(directory.resolve("checkpoints/best.pt"), model);
        }

        assertThat(page.run("command", directory)).contains("> What is BKN?", "frozen ones", "merged.pt");
        assertThat(page.run("finetune", directory))
                .contains("ChatStatistics[conversations=76", "completed after 20 steps");
        page.run("merge", directory);
        assertThat(directory.resolve("merged.pt")).exists();
        assertThat(page.run("ask", directory)).contains("answer: ");

        page.assertAllRun();
    }

    /** The table's numbers, by an adapter on a model with the same layers. */
    @ParameterizedTest
    @CsvSource({"8, 50.3, 1.5, 18", "12, 138, 3.4, 41"})
    void adaptersAreAsSmallAsThePageSays(int depth, double weights, double adapter, double megabytes) {
        GptConfig whole = GptConfig.ofDepth(depth);
        assertThat(whole.parameterCount() / 1e6).isCloseTo(weights, within(0.5));
        try (Gpt model = Gpt.create(whole.toBuilder().vocabSize(16).build(), Device.cpu(), seed(1))) {
            model.attachAdapter(LoraConfig.builder().build(), seed(1));
            long numbers = model.trainedParameters().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
            assertThat(numbers / 1e6).isCloseTo(adapter, within(0.05));
            assertThat(numbers * 12 / 1e6).isCloseTo(megabytes, within(0.5));
        }
    }
}
