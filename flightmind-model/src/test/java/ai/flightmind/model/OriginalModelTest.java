package ai.flightmind.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Map;
import org.assertj.core.data.Percentage;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against the numbers that the Python original gave with the same weights. */
class OriginalModelTest {
    private static final Percentage ONE_IN_A_MILLION = withPercentage(1e-4);

    private final Gpt model = Golden.model();
    private final PointerScope scope = new PointerScope();

    @AfterEach
    void close() {
        scope.close();
        model.close();
    }

    @Test
    void logitsAreTheOriginals() {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            float[] logits = Golden.values(model.logits(Golden.ids("probe", "input_ids"), Precision.FP32));

            assertThat(logits).hasSize(2 * 16 * 512).containsExactly(Golden.floats("probe_logits.f32"), within(1e-5f));
        }
    }

    @Test
    void bfloat16LogitsAreNearTheOriginals() {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            float[] logits = Golden.values(model.logits(Golden.ids("probe", "input_ids"), Precision.BF16));

            assertThat(logits).containsExactly(Golden.floats("probe_logits.f32"), within(0.03f));
        }
    }

    @Test
    void lossIsTheOriginals() {
        Tensor sum = model.lossSum(Golden.ids("probe", "input_ids"), Golden.ids("probe", "targets"), Precision.FP32);

        assertThat(sum.item_double() / 32).isCloseTo(Golden.number("probe", "loss"), ONE_IN_A_MILLION);
    }

    @Test
    void ignoredTargetsDoNotCount() {
        Tensor targets = Golden.ids("probe", "masked_targets");
        long counted = targets.ge(new Scalar(0)).sum().item_long();
        Tensor sum = model.lossSum(Golden.ids("probe", "input_ids"), targets, Precision.FP32);

        assertThat(sum.item_double() / counted)
                .isCloseTo(Golden.number("probe", "loss_masked_with_minus1"), ONE_IN_A_MILLION);
    }

    @Test
    void gradientsAreTheOriginals() {
        Tensor sum = model.accumulateGradients(
                Golden.ids("probe", "input_ids"), Golden.ids("probe", "targets"), 1.0 / 32, Precision.FP32);

        assertThat(sum.item_double() / 32).isCloseTo(Golden.number("probe", "loss"), ONE_IN_A_MILLION);
        for (Map.Entry<String, Tensor> each : model.parameters().entrySet()) {
            Tensor gradient = each.getValue().grad();
            float[] values = Golden.values(gradient);
            assertThat((double) gradient.norm().item_float())
                    .as(each.getKey())
                    .isCloseTo(Golden.number("probe", "grads", each.getKey(), "l2"), withPercentage(1e-3));
            double largest = Golden.number("probe", "grads", each.getKey(), "absmax");
            double[] first = Golden.numbers("probe", "grads", each.getKey(), "first4");
            for (int i = 0; i < first.length; i++) {
                assertThat((double) values[i]).as(each.getKey()).isCloseTo(first[i], within(1e-5 * largest));
            }
        }
    }

    @Test
    void gradientsOfTheNormsAreTheOriginals() {
        model.accumulateGradients(
                Golden.ids("probe", "input_ids"), Golden.ids("probe", "targets"), 1.0 / 32, Precision.FP32);

        Tensor norms = torch.cat(new TensorVector(
                model.parameter("layers.0.attn_norm.weight").grad(),
                model.parameter("layers.1.mlp_norm.weight").grad(),
                model.parameter("final_norm.weight").grad()));
        assertThat(Golden.values(norms)).containsExactly(Golden.floats("probe_norm_grads.f32"), within(1e-7f));
    }

    @Test
    void gradientsAccumulateOverMicroBatchesAndAreDroppedOnRequest() {
        Tensor inputs = Golden.ids("probe", "input_ids");
        Tensor targets = Golden.ids("probe", "targets");
        Tensor weight = model.parameter("tok_emb.weight");
        for (int row = 0; row < 2; row++) {
            model.accumulateGradients(inputs.narrow(0, row, 1), targets.narrow(0, row, 1), 1.0 / 32, Precision.FP32);
        }
        assertThat((double) weight.grad().norm().item_float())
                .isCloseTo(Golden.number("probe", "grads", "tok_emb.weight", "l2"), withPercentage(1e-3));

        model.clearGradients();
        assertThat(weight.grad().defined()).isFalse();
    }

    @Test
    void rotationIsTheOriginals() {
        double[] input = Golden.numbers("rope", "input");
        double[] expected = Golden.numbers("rope", "output");
        float[] single = new float[input.length];
        for (int i = 0; i < input.length; i++) {
            single[i] = (float) input[i];
        }
        try (RotaryEmbedding rotary = new RotaryEmbedding(8, Device.cpu())) {
            float[] turned =
                    Golden.values(RotaryEmbedding.turn(torch.tensor(single).view(1, 8, 1, 64), rotary.turns(0, 8)));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) turned[i]).isCloseTo(expected[i], within(1e-6));
            }
        }
    }
}
