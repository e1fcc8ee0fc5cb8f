package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the quickstart's data, with a quarter of its learning rate: at the whole of it two runs that differ in nothing but
 * rounding are a percent or two apart after so few steps.
 */
class PrecisionTest {
    private static final Percentage HALF_A_PERCENT = withPercentage(0.5);
    private static final int SEQUENCE_LENGTH = 256;
    private static final int STEPS = 300;
    private static final int SMOOTHED = 50;

    @TempDir
    Path data;

    private record Losses(double training, double validation) {}

    @Test
    @Tag("soak")
    void bfloat16LearnsWhatFloat32Learns() throws IOException {
        assumeTrue(Boolean.getBoolean("flightmind.soak"), "-Dflightmind.soak=true");
        Libtorch.setThreads(1); // the same numbers again, on any machine of a kind
        AviationCorpus corpus = AviationCorpus.of(42);
        byte[] text = ByteDataset.join(Stream.concat(corpus.metars(10_000), corpus.exchanges(400)));
        ByteDataset.write(data, text, SEQUENCE_LENGTH, 42);

        Losses full = trained(Precision.FP32);
        Losses mixed = trained(Precision.BF16);

        System.out.println("float32 " + full + ", bfloat16 " + mixed);
        assertThat(mixed.training()).isCloseTo(full.training(), HALF_A_PERCENT);
        assertThat(mixed.validation()).isCloseTo(full.validation(), HALF_A_PERCENT);
        assertThat(full.validation()).isLessThan(1.5); // far below a byte-frequency model's 3
    }

    private Losses trained(Precision precision) {
        List<Double> losses = new ArrayList<>();
        GptConfig config = GptConfig.builder()
                .depth(2)
                .vocabSize(ByteDataset.VOCAB_SIZE)
                .sequenceLength(SEQUENCE_LENGTH)
                .build();
        try (TokenDataset dataset = TokenDataset.open(data);
                Gpt model = Gpt.create(config, Device.best(), seed(42));
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(dataset)
                        .maxSteps(STEPS)
                        .microBatchSize(8)
                        .tokensPerStep(8L * SEQUENCE_LENGTH)
                        .learningRate(LearningRate.cosine(1e-3, 1e-4).warmup(20))
                        .precision(precision)
                        .evaluation(every(STEPS), batches(20))
                        .callback(new TrainingCallback() {
                            @Override
                            public void onStep(Step step, StopRequest stop) {
                                losses.add(step.loss());
                            }
                        })
                        .build()) {
            TrainingResult result = trainer.run();
            double smoothed = losses.subList(STEPS - SMOOTHED, STEPS).stream()
                    .mapToDouble(loss -> loss)
                    .average()
                    .orElseThrow();
            return new Losses(smoothed, result.validationLoss().orElseThrow());
        }
    }
}
