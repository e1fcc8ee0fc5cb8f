package ai.flightmind.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.libtorch.Libtorch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClippedUpdateTest {
    private static final double LEARNING_RATE = 0.01;

    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.load();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Of 30 numbers, a matrix and a vector, all 1, with gradients that are all {@code gradient}. */
    private static Map<String, Tensor> parameters(double gradient) {
        Map<String, Tensor> parameters =
                Map.of("matrix", torch.ones(new long[] {4, 5}), "vector", torch.ones(new long[] {10}));
        parameters.values().forEach(parameter -> {
            parameter.set_requires_grad(true);
            parameter.mutable_grad().put(torch.full_like(parameter.detach(), new Scalar(gradient)));
        });
        return parameters;
    }

    private static Tensor norm(Map<String, Tensor> parameters) {
        return new Gradients(parameters.values()).norm();
    }

    private static Tensor loss(double value) {
        return torch.scalar_tensor(new Scalar(value));
    }

    private static List<Float> numbers(AdamW optimizer) {
        return optimizer.groups().stream()
                .flatMap(group -> group.slots().stream())
                .flatMap(slot -> List.of(slot.parameter(), slot.steps(), slot.mean(), slot.square()).stream())
                .map(tensor -> tensor.detach().sum().item_float())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1", // a norm of 10.95: divided
        "0.01, 1", // a norm of 0.055: left alone
        "2, Infinity"
    })
    void gradientsAreClippedByTheirCommonNorm(double gradient, double maxNorm) {
        Map<String, Tensor> parameters = parameters(gradient);
        Tensor norm = norm(parameters);
        assertThat((double) norm.item_float()).isCloseTo(gradient * Math.sqrt(30), within(1e-5));
        try (AdamW optimizer = new AdamW(parameters, 0.1)) {
            optimizer.step(LEARNING_RATE, Clipping.of(loss(1), norm, maxNorm));

            float divisor = Math.max(1f, (norm.item_float() + 1e-6f) / (float) maxNorm);
            float mean = (1 - (float) AdamW.BETA1) * ((float) gradient / divisor);
            for (AdamW.Group group : optimizer.groups()) {
                for (AdamW.Slot slot : group.slots()) {
                    assertThat(slot.mean().view(-1).select(0, 0).item_float()).isCloseTo(mean, within(1e-7f));
                    assertThat(slot.steps().item_float()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void withoutClippingTheUpdateIsThatOfTheGradientsToTheLastBit() {
        Map<String, Tensor> clipped = parameters(0.01);
        Map<String, Tensor> unclipped = parameters(0.01);
        try (AdamW first = new AdamW(clipped, 0.1);
                AdamW second = new AdamW(unclipped, 0.1)) {
            first.step(LEARNING_RATE, Clipping.of(loss(1), norm(clipped), 1));
            second.step(LEARNING_RATE, Clipping.of(loss(1), norm(unclipped), Double.POSITIVE_INFINITY));

            assertThat(numbers(first)).isEqualTo(numbers(second));
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN, 0.5", "Infinity, 0.5", "1, NaN", "1, Infinity", "NaN, NaN"})
    void whereLossOrGradientsAreNotFiniteNothingChanges(double loss, double gradient) {
        Map<String, Tensor> parameters = parameters(0.5);
        try (AdamW optimizer = new AdamW(parameters, 0.1);
                NoGradGuard noGrad = new NoGradGuard()) {
            optimizer.step(LEARNING_RATE, Clipping.of(loss(1), norm(parameters), 1));
            List<Float> before = numbers(optimizer);

            Objects.requireNonNull(parameters.get("vector"))
                    .grad()
                    .select(0, 3)
                    .fill_(new Scalar(gradient)); // one number among 30
            optimizer.step(LEARNING_RATE, Clipping.of(loss(loss), norm(parameters), 1));

            assertThat(numbers(optimizer)).isEqualTo(before).doesNotContain(Float.NaN);
        }
    }

    /** A tensor without memory cannot be read: what works on it waits for no device either. */
    @Test
    void clippingIsDecidedWithoutReadingAnything() {
        TensorOptions nowhere =
                new TensorOptions().device(new DeviceOptional(new org.bytedeco.pytorch.Device(DeviceType.Meta)));
        Tensor parameter = torch.ones(new long[] {4, 5}, nowhere).set_requires_grad(true);
        parameter.mutable_grad().put(torch.ones(new long[] {4, 5}, nowhere));

        Tensor norm = new Gradients(List.of(parameter)).norm();
        Clipping clipping = Clipping.of(torch.ones(new long[] {}, nowhere), norm, 1);

        assertThat(clipping.divisor().is_meta()).isTrue();
        assertThat(clipping.leftOut().is_meta()).isTrue();
    }
}
