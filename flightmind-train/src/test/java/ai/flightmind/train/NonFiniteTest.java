package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.error.NonFiniteException;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NonFiniteTest {
    @TempDir
    Path folder;

    private Gpt model;
    private TokenDataset data;
    private Path checkpoints;
    private final Recorder recorder = new Recorder();

    @BeforeEach
    void open() {
        model = TinyRun.model();
        data = TinyRun.data(folder.resolve("data"));
        checkpoints = folder.resolve("checkpoints");
    }

    @AfterEach
    void close() {
        model.close();
        data.close();
    }

    private Trainer.Builder settings() {
        return TinyRun.trainer(model, data)
                .checkpoints(Checkpoints.in(checkpoints).every(1))
                .callback(recorder);
    }

    /** Writes into one number of the embedding, which every position's logits depend on. */
    private float poison(float value) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor one = Objects.requireNonNull(model.parameters().get("tok_emb.weight"))
                    .select(0, 0)
                    .select(0, 0);
            float before = one.item_float();
            one.fill_(new Scalar(value));
            return before;
        }
    }

    /** Step 4 alone sees a NaN: it is set after step 3, which has no checkpoint, and taken away before that of step 4. */
    private final class OnceBad implements TrainingCallback {
        private float before;

        @Override
        public void onStep(Step step, StopRequest stop) {
            if (step.step() == 3) {
                before = poison(Float.NaN);
            }
            if (step.step() == 4) {
                poison(before);
            }
        }
    }

    private Checkpoints everySecondStep() {
        return Checkpoints.in(checkpoints).every(2);
    }

    private final class BadFrom implements TrainingCallback {
        private final long step;
        private final float value;

        BadFrom(long step, float value) {
            this.step = step;
            this.value = value;
        }

        @Override
        public void onStep(Step finished, StopRequest stop) {
            if (finished.step() == step) {
                poison(value);
            }
        }
    }

    @Test
    void aStepWithoutFiniteNumbersIsLeftOutAndTheRunGoesOn() {
        try (Trainer trainer = settings()
                .checkpoints(everySecondStep())
                .maxSteps(8)
                .callback(new OnceBad())
                .build()) {
            TrainingResult result = trainer.run();

            assertThat(result.completed()).isTrue();
            assertThat(result.skippedSteps()).isEqualTo(1);
            assertThat(result.tokens()).isEqualTo(8 * TinyRun.TOKENS_PER_STEP);
        }
        assertThat(recorder.steps.values())
                .filteredOn(Step::skipped)
                .extracting(Step::step)
                .containsExactly(4L);
        assertThat(recorder.steps.values())
                .filteredOn(step -> !Double.isFinite(step.loss()))
                .extracting(Step::step)
                .containsExactly(4L);
        assertThat(recorder.notSaved).isEmpty();
        Path stopped = folder.resolve("stopped");
        try (Gpt same = TinyRun.model();
                Trainer trainer = TinyRun.trainer(same, data)
                        .maxSteps(8)
                        .checkpoints(Checkpoints.in(stopped))
                        .callback(new Recorder(3))
                        .build()) {
            trainer.run();
        }
        assertThat(numbers(checkpoints.resolve("step_4.pt")))
                .isEqualTo(numbers(stopped.resolve("step_3.pt")))
                .isNotEqualTo(numbers(checkpoints.resolve("step_6.pt")));
    }

    @Test
    void skippedStepsAreCountedOverAResume() {
        try (Trainer trainer = settings()
                .checkpoints(everySecondStep())
                .maxSteps(6)
                .callback(new OnceBad())
                .build()) {
            assertThat(trainer.run().skippedSteps()).isEqualTo(1);
        }
        try (Trainer trainer = settings().maxSteps(8).resume(Resume.latest()).build()) {
            assertThat(trainer.run().skippedSteps()).isEqualTo(1);
        }
    }

    @Test
    void aRunThatStaysNonFiniteEndsAndNoCheckpointHoldsAnyOfIt() {
        try (Trainer trainer = settings()
                .maxSteps(50)
                .maxNonFiniteSteps(3)
                .callback(new BadFrom(2, Float.NaN))
                .build()) {
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("Steps 3 to 5")
                    .hasMessageContaining("learning rate");
        }
        assertThat(recorder.saved).containsExactly("step_1.pt");
        assertThat(recorder.notSaved)
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("tok_emb.weight"));
        assertThat(recorder.errors).hasSize(1);
        assertThat(checkpoints).isDirectoryNotContaining(file -> file.toString().endsWith(".partial"));
        assertNoCheckpointHoldsNonFiniteNumbers();
    }

    @Test
    void infinityIsKeptOutToo() {
        try (Trainer trainer = settings()
                .maxSteps(50)
                .maxNonFiniteSteps(2)
                .callback(new BadFrom(2, Float.POSITIVE_INFINITY))
                .build()) {
            assertThatThrownBy(trainer::run).isInstanceOf(NonFiniteException.class);
        }
        assertNoCheckpointHoldsNonFiniteNumbers();
    }

    @Test
    void aRunWhoseLastStepLeavesNonFiniteWeightsDoesNotPassForComplete() {
        try (Trainer trainer =
                settings().maxSteps(4).callback(new BadFrom(3, Float.NaN)).build()) {
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("not finite");
        }
        assertThat(checkpoints.resolve("final.pt")).doesNotExist();
        assertNoCheckpointHoldsNonFiniteNumbers();
    }

    private void assertNoCheckpointHoldsNonFiniteNumbers() {
        assertThat(checkpoints).isDirectoryContaining("glob:**.pt");
        for (String file : recorder.saved) {
            numbers(checkpoints.resolve(file)).forEach((name, bits) -> {
                ByteBuffer floats = bits.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                while (floats.hasRemaining()) {
                    assertThat(floats.getFloat()).as("%s of %s", name, file).isFinite();
                }
            });
        }
    }

    /** Weights and moments of a checkpoint. */
    private static Map<String, ByteBuffer> numbers(Path path) {
        assertThat(path).exists();
        SampleRange samples = new SampleRange(
                seed(7), TinyRun.SEQUENCES_PER_STEP, TinyRun.SEQUENCE_LENGTH, TinyRun.TRAIN_ROWS, Map.of());
        try (Gpt read = TinyRun.model();
                AdamW optimizer = new AdamW(read.parameters(), 0.1)) {
            RunState state = CheckpointReader.read(path, read, optimizer, samples);
            assertThat(state.loss()).isFinite();
            Map<String, ByteBuffer> numbers = new LinkedHashMap<>(TinyRun.weights(read));
            for (AdamW.Group group : optimizer.groups()) {
                for (AdamW.Slot slot : group.slots()) {
                    int number = numbers.size();
                    numbers.put("steps " + number, TinyRun.bits(slot.steps()));
                    numbers.put("mean " + number, TinyRun.bits(slot.mean()));
                    numbers.put("square " + number, TinyRun.bits(slot.square()));
                }
            }
            return numbers;
        }
    }
}
