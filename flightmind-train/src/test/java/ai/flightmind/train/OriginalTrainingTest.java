package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.optimizer.AdamW;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Goes on from the Python original's own checkpoint with the batches it drew, and does what it did. */
class OriginalTrainingTest {
    private static final Percentage ONE_IN_100_000 = withPercentage(1e-3);

    private final Golden golden = new Golden();
    private final Gpt model = Golden.model();
    private final TokenDataset data = Golden.data();
    private final AdamW optimizer = new AdamW(model.parameters(), 0.1);
    private final World world = Ddp.singleProcess().connect(model.device());

    @AfterEach
    void close() {
        world.close();
        optimizer.close();
        data.close();
        model.close();
    }

    private TrainingStep training() {
        return new TrainingStep(
                Golden.settings(model, data),
                StepRows.of(data.train(), golden::recordedRows, Golden.PLAN),
                optimizer,
                world,
                world.reducer(model.parameters()),
                () -> {});
    }

    @Test
    void itsCheckpointTellsHowFarItWas() {
        RunState state = CheckpointReader.read(Golden.STEP_2, model, optimizer, Golden.SAMPLES);

        assertThat(state.nextStep()).isEqualTo(3);
        assertThat(state.loss()).isEqualTo(golden.number("checkpoint_step2", "loss"));
        assertThat(state.tokens()).isEqualTo(3 * 504);
        assertThat(state.bestValidationLoss()).isEmpty();
        assertThat(CheckpointReader.config(Golden.STEP_2)).isEqualTo(Golden.CONFIG);
    }

    @Test
    void theNextTwentyStepsAreItsSteps() {
        RunState state = CheckpointReader.read(Golden.STEP_2, model, optimizer, Golden.SAMPLES);
        TrainingStep training = training();

        for (long step = state.nextStep(); step < Golden.MAX_STEPS; step++) {
            double learningRate = Golden.LEARNING_RATE.at(step, Golden.MAX_STEPS);
            TrainingStep.Outcome outcome = training.run(step, learningRate);

            int index = (int) step;
            assertThat(learningRate).isCloseTo(golden.number("uninterrupted", index, "lr"), within(1e-12));
            assertThat(outcome.skipped()).isFalse();
            assertThat(outcome.loss())
                    .as("loss of step %s", step)
                    .isCloseTo(golden.number("uninterrupted", index, "loss"), ONE_IN_100_000);
            assertThat(outcome.gradientNorm())
                    .as("gradient norm of step %s", step)
                    .isCloseTo(golden.number("uninterrupted", index, "grad_norm"), ONE_IN_100_000);
        }
        assertWeightsAndMomentsOfTheEnd();
    }

    private void assertWeightsAndMomentsOfTheEnd() {
        try (PointerScope scope = new PointerScope()) {
            model.parameters()
                    .forEach((name, weight) -> assertThat(weight.detach().norm().item_double())
                            .as(name)
                            .isCloseTo(golden.number("final", "model", name, "l2"), ONE_IN_100_000));
        }
        for (AdamW.Group group : optimizer.groups()) {
            for (AdamW.Slot slot : group.slots()) {
                assertThat(slot.steps().item_float()).isEqualTo(23f);
            }
        }
    }

    @Test
    void itsEvaluationIsOurs() {
        CheckpointReader.read(Golden.STEP_2, model, optimizer, Golden.SAMPLES);

        List<?> batches = (List<?>) golden.at("eval_batches");
        for (int i = 0; i < batches.size(); i++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor rows = data.validation().rows(golden.rows("eval_batches", i), 64);
                Batch batch = Batch.ofRows(rows, model.device());
                double loss = model.lossSum(batch.inputs(), batch.targets(), Precision.FP32)
                                .item_double()
                        / batch.targets().numel();
                assertThat(loss).isCloseTo(golden.number("eval", "per_batch", i), ONE_IN_100_000);
            }
        }
    }
}
