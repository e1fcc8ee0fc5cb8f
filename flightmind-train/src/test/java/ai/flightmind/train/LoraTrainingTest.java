package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.lora.LoraTarget;
import ai.flightmind.model.pt.PtReader;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.error.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Only the adapter is trained, saved and resumed; its base is known by its numbers. */
@Timeout(120)
class LoraTrainingTest {
    private static final int STEPS = 8;

    @TempDir
    Path folder;

    private record Run(TrainingResult result, Recorder recorder, Map<String, ByteBuffer> adapter) {}

    private Run run(String directory, long stopAfter, LoraConfig config, double spoilBase) {
        Recorder recorder = new Recorder(stopAfter);
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(folder.resolve("data"))) {
            spoil(model, spoilBase);
            Map<String, ByteBuffer> before = TinyRun.weights(model);
            model.attachAdapter(config, seed(2));
            try (Trainer trainer = TinyRun.trainer(model, data)
                    .maxSteps(STEPS)
                    .checkpoints(Checkpoints.in(folder.resolve(directory)))
                    .resume(Resume.latest())
                    .callback(recorder)
                    .build()) {
                TrainingResult result = trainer.run();
                assertThat(TinyRun.weights(model)).isEqualTo(before);
                model.parameters()
                        .forEach((name, weight) ->
                                assertThat(weight.grad().defined()).as(name).isFalse());
                return new Run(result, recorder, TinyRun.trained(model));
            }
        }
    }

    private Run run(String directory, long stopAfter) {
        return run(directory, stopAfter, TinyRun.LORA, 0);
    }

    private static void spoil(Gpt model, double by) {
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            model.parameter("final_norm.weight").add_(new Scalar(by));
        }
    }

    @Test
    void aStoppedAndResumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        Run unbroken = run("unbroken", Recorder.NEVER);

        Run first = run("broken", 2);
        Run second = run("broken", 5);
        Run third = run("broken", Recorder.NEVER);

        Map<Long, String> joined = new TreeMap<>(first.recorder().bits());
        joined.putAll(second.recorder().bits());
        joined.putAll(third.recorder().bits());
        assertThat(third.recorder().starts.get(0).firstStep()).isEqualTo(6);
        assertThat(joined).hasSize(STEPS).isEqualTo(unbroken.recorder().bits());
        assertThat(third.adapter()).isEqualTo(unbroken.adapter());
        assertThat(Files.mismatch(
                        folder.resolve("unbroken").resolve("final.pt"),
                        folder.resolve("broken").resolve("final.pt")))
                .isEqualTo(-1);
    }

    @Test
    void checkpointHoldsTheAdapterItsMomentsAndNoWeights() throws IOException {
        Run run = run("saved", Recorder.NEVER);

        Path file = folder.resolve("saved").resolve("final.pt");
        long numbers = run.adapter().values().stream()
                .mapToLong(bits -> bits.remaining() / Float.BYTES)
                .sum();
        assertThat(numbers).isEqualTo(4 * (4 * 128 + 3 * 320));
        assertThat(Files.size(file)).isBetween(12 * numbers, 12 * numbers + 40_000);
        try (PtReader reader = PtReader.open(file)) {
            assertThat(((Map<?, ?>) reader.root()).containsKey("model")).isFalse();
        }
    }

    @Test
    void otherBaseIsRefused() {
        run("saved", 3);

        assertRefused("adapter for other weights", "saved", TinyRun.LORA, 1e-3);
    }

    @Test
    void adapterOfAnotherShapeIsRefused() {
        run("saved", 3);

        assertRefused("rank=4", "saved", TinyRun.LORA.toBuilder().rank(2).build(), 0);
        assertRefused("alpha=8.0", "saved", TinyRun.LORA.toBuilder().alpha(4).build(), 0);
        assertRefused(
                "targets",
                "saved",
                TinyRun.LORA.toBuilder().targets(LoraTarget.QUERY).build(),
                0);
    }

    private void assertRefused(String why, String directory, LoraConfig config, double spoilBase) {
        assertThatThrownBy(() -> run(directory, Recorder.NEVER, config, spoilBase))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(why);
    }

    private TrainingResult pretrain(Resume resume, String directory, long maxSteps) {
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(folder.resolve("data"));
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(maxSteps)
                        .checkpoints(Checkpoints.in(folder.resolve(directory)))
                        .resume(resume)
                        .build()) {
            return trainer.run();
        }
    }

    @Test
    void adaptersAndWholeModelsAreNotTakenForEachOther() {
        run("adapter", 2);
        pretrain(Resume.never(), "whole", 2);
        Path adapter = folder.resolve("adapter").resolve("step_2.pt");
        Path whole = folder.resolve("whole").resolve("final.pt");

        assertThatThrownBy(() -> pretrain(Resume.from(adapter), "other", 4))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds an adapter only");
        try (Gpt model = TinyRun.model()) {
            assertThatThrownBy(() -> CheckpointReader.readWeights(adapter, model))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("holds an adapter only");
            assertThatThrownBy(() -> CheckpointReader.readAdapter(whole, model))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("holds no adapter");
            assertThat(model.adapter()).isEmpty();
        }
        assertThatThrownBy(() -> run("whole", Recorder.NEVER))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds no adapter");
    }

    @Test
    void adapterIsReadBesideItsBaseOnly() {
        Run run = run("saved", Recorder.NEVER);
        Path file = folder.resolve("saved").resolve("final.pt");
        try (Gpt model = TinyRun.model();
                Gpt other = Gpt.create(TinyRun.config(), Device.cpu(), seed(99))) {
            CheckpointReader.readAdapter(file, model);

            assertThat(TinyRun.trained(model)).isEqualTo(run.adapter());
            assertThatThrownBy(() -> CheckpointReader.readAdapter(file, other))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("adapter for other weights");
            assertThat(other.adapter()).isEmpty();
            assertThat(other.parameters().values()).allMatch(Tensor::requires_grad);
        }
    }

    @Test
    void mergedModelIsAnOrdinaryCheckpointThatPretrainingGoesOnFrom() {
        Run run = run("saved", Recorder.NEVER);
        Path merged = folder.resolve("new/merged.pt");
        Map<String, ByteBuffer> weights;
        try (Gpt model = TinyRun.model()) {
            CheckpointReader.readAdapter(folder.resolve("saved").resolve("final.pt"), model);
            assertThatThrownBy(() -> CheckpointWriter.writeWeights(merged, model))
                    .isInstanceOf(IllegalStateException.class);
            model.mergeAdapter();
            CheckpointWriter.writeWeights(merged, model);
            weights = TinyRun.weights(model);
        }
        assertThat(folder.resolve("new")).isDirectoryContaining(file -> file.endsWith("merged.pt"));
        try (Gpt model = TinyRun.model()) {
            assertThat(TinyRun.weights(model)).isNotEqualTo(weights);
            assertThat(CheckpointReader.config(merged)).isEqualTo(model.config());
            CheckpointReader.readWeights(merged, model);
            assertThat(TinyRun.weights(model)).isEqualTo(weights);
        }

        TrainingResult further = pretrain(Resume.from(merged), "further", 3);

        assertThat(further.steps()).isEqualTo(3);
        assertThat(further.tokens()).isEqualTo(3 * TinyRun.TOKENS_PER_STEP);
        double last = run.result().loss().getAsDouble();
        assertThat(further.loss().getAsDouble()).isCloseTo(last, within(0.5));
    }

    @Test
    void weightsThatAreNotFiniteAreNotWritten() {
        try (Gpt model = TinyRun.model()) {
            spoil(model, Double.NaN);
            Path file = folder.resolve("nan.pt");

            assertThatThrownBy(() -> CheckpointWriter.writeWeights(file, model))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("final_norm.weight");
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void twoRanksTrainTheAdapterThatOneTrains() throws Exception {
        TinyRun.write(folder.resolve("data"), TinyRun.TRAIN_ROWS);
        String[] arguments = {
            "data=" + folder.resolve("data"), "lora=yes", "maxSteps=6", "checkpoints=" + folder.resolve("ranks")
        };
        Map<Long, Ranks.Said> alone;
        try (Ranks one = Ranks.start(folder, 1, "data=" + folder.resolve("data"), "lora=yes", "maxSteps=6")) {
            assertThat(one.awaitExits()).as(one::describe).containsOnly(0);
            alone = one.steps();
        }
        try (Ranks two = Ranks.start(folder, 2, arguments)) {
            assertThat(two.awaitExits()).as(two::describe).containsOnly(0);
            assertThat(two.steps(0)).isEqualTo(two.steps(1)).hasSize(6);
            two.steps().forEach((step, said) -> {
                Ranks.Said expected = Objects.requireNonNull(alone.get(step));
                assertThat(said.loss()).isCloseTo(expected.loss(), within(1e-5));
                assertThat(said.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-4));
            });
        }
        try (Gpt model = TinyRun.model()) {
            CheckpointReader.readAdapter(folder.resolve("ranks").resolve("final.pt"), model);
            assertThat(model.adapter()).isPresent();
        }
    }
}
