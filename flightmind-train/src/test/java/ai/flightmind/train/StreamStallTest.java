package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.mixture.Mixture;
import ai.flightmind.train.prepare.MadeUpText;
import ai.flightmind.train.stream.TokenStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class StreamStallTest extends TinyData {
    private static final int STEPS = 12;

    @Test
    void whereACoreIsFreeTrainingDoesNotWaitForTokenizing() throws IOException {
        Path corpus = folder.resolve("corpus.jsonl");
        assertThat(new MadeUpText().writeJsonLines(corpus, 4_000_000)).isPositive();
        Path vocabulary = folder.resolve("tokenizer.json");
        try (Stream<String> texts = Corpus.of(corpus).texts()) {
            BpeTrainer.builder()
                    .vocabSize(4_096)
                    .build()
                    .train(texts.limit(100))
                    .write(vocabulary);
        }
        GptConfig config = GptConfig.builder()
                .depth(4)
                .vocabSize(4_096)
                .sequenceLength(256)
                .build();
        Libtorch.setThreads(1);
        Recorder recorder = new Recorder();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(1));
                TokenDataset data = TokenDataset.open(folder.resolve("data"));
                Documents documents = Documents.builder().file(corpus).build();
                Tokenizer tokenizer = Tokenizer.open(vocabulary);
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(Mixture.of("stream", TokenStream.of(documents, tokenizer)), data.validation())
                        .microBatchSize(4)
                        .tokensPerStep(4 * 255)
                        .maxSteps(STEPS)
                        .callback(recorder)
                        .build()) {
            trainer.run();
        }

        // The first one waits for the first file to be opened.
        List<Step> steps = recorder.steps.values().stream().skip(1).toList();
        double waited = steps.stream().mapToDouble(Step::dataShare).average().orElse(1);
        System.out.printf(Locale.ROOT, "Waiting for data took %.3f %% of a step%n", 100 * waited);
        assertThat(steps).hasSize(STEPS - 1);
        assertThat(waited).isLessThan(0.01);
    }
}
