package ai.flightmind.model;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.libtorch.Libtorch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptTest {
    private static final GptConfig SMALL =
            GptConfig.builder().depth(2).vocabSize(300).sequenceLength(200).build();

    @Test
    void equalSeedsGiveEqualWeightsAndOthersOthers() {
        try (Gpt one = Gpt.create(SMALL, Device.cpu(), seed(7));
                Gpt same = Gpt.create(SMALL, Device.cpu(), seed(7));
                Gpt other = Gpt.create(SMALL, Device.cpu(), seed(8));
                PointerScope scope = new PointerScope()) {
            one.parameters().forEach((name, weight) -> {
                assertThat(weight.equal(same.parameter(name))).as(name).isTrue();
                assertThat(weight.equal(other.parameter(name))).as(name).isEqualTo(name.contains("norm"));
            });
        }
    }

    @Test
    void weightsAreDrawnAsTheOriginalDraws() {
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            model.parameters().forEach((name, weight) -> {
                if (name.contains("norm")) {
                    assertThat(weight.min().item_float()).isEqualTo(1);
                    assertThat(weight.max().item_float()).isEqualTo(1);
                } else {
                    boolean intoResidual = name.contains("o_proj") || name.contains("down_proj");
                    double expected = intoResidual ? 0.02 / Math.sqrt(4) : 0.02;
                    assertThat(weight.std().item_double()).as(name).isCloseTo(expected, withPercentage(3));
                    assertThat(weight.mean().item_double()).as(name).isCloseTo(0, within(5e-4));
                }
            });
        }
    }

    @Test
    void theKernelThatAttendsFollowsFromDeviceAndLength() {
        GptConfig longer = SMALL.toBuilder().sequenceLength(2_048).build();
        try (Gpt withShortRows = Gpt.create(SMALL, Device.cpu(), seed(7));
                Gpt withLongRows = Gpt.create(longer, Device.cpu(), seed(7))) {
            for (Precision precision : Precision.values()) {
                assertThat(withLongRows.attentionKernel(2_048, precision)).isEqualTo(AttentionKernel.PRODUCTS);
            }
            withShortRows.fireGradientHooks(true);
            withLongRows.fireGradientHooks(true);
            for (Precision precision : Precision.values()) {
                assertThat(withShortRows.attentionKernel(200, precision)).isEqualTo(AttentionKernel.PRODUCTS);
                assertThat(withLongRows.attentionKernel(2_048, precision)).isEqualTo(AttentionKernel.FLASH);
            }
        }
    }

    @Test
    @Tag("gpu")
    void attentionOnAGpuNeverFallsBackToTheSlowKernel() {
        assumeTrue(Device.cudaDevices() > 0, "a CUDA GPU, and natives for it (-Pgpu)");
        try (Gpt model = Gpt.create(SMALL, Device.cuda(0), seed(7))) {
            for (Precision precision : Precision.values()) {
                assertThat(model.attentionKernel(200, precision))
                        .isNotIn(AttentionKernel.MATH, AttentionKernel.PRODUCTS);
            }
        }
    }

    /** 3 × 199 rows are more than two chunks of the head. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void chunkedLossAndGradientsAreThoseOfPlainCrossEntropy(Precision precision) {
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            Tensor rows = torch.randint(300, new long[] {3, 200}, new TensorOptions(ScalarType.Long));
            Tensor inputs = rows.narrow(1, 0, 199).contiguous();
            Tensor targets = rows.narrow(1, 1, 199).contiguous();
            Tensor plain =
                    torch.cross_entropy_loss(model.logits(inputs, precision).view(-1, 300), targets.view(-1));
            plain.backward();
            Map<String, Tensor> expected = new HashMap<>();
            model.parameters()
                    .forEach((name, weight) -> expected.put(name, weight.grad().clone()));
            model.clearGradients();

            Tensor sum = model.accumulateGradients(inputs, targets, 1.0 / (3 * 199), precision);

            boolean exact = precision == Precision.FP32;
            assertThat(sum.item_double() / (3 * 199))
                    .isCloseTo(plain.item_double(), withPercentage(exact ? 1e-4 : 0.01));
            model.parameters().forEach((name, weight) -> {
                Tensor gradient = Objects.requireNonNull(expected.get(name));
                double distance = weight.grad().sub(gradient).norm().item_double()
                        / gradient.norm().item_double();
                assertThat(distance).as(name).isLessThan(exact ? 1e-5 : 0.03);
            });
        }
    }

    /** Four rows of 199; a third of the targets are ignored. */
    private static Map<String, Tensor> gradients(int threads, boolean hooks, int microBatches) {
        int before = Libtorch.threads();
        Libtorch.setThreads(threads);
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7))) {
            model.fireGradientHooks(hooks);
            torch.manual_seed(3);
            for (int micro = 0; micro < microBatches; micro++) {
                Tensor rows = torch.randint(300, new long[] {4, 200}, new TensorOptions(ScalarType.Long));
                Tensor targets = rows.narrow(1, 1, 199).contiguous();
                targets.masked_fill_(targets.lt(new Scalar(100)), new Scalar(-100L));
                model.accumulateGradients(rows.narrow(1, 0, 199).contiguous(), targets, 1e-3, Precision.FP32);
            }
            Map<String, Tensor> gradients = new HashMap<>();
            model.parameters()
                    .forEach((name, weight) -> gradients.put(name, weight.grad().clone()));
            return gradients;
        } finally {
            Libtorch.setThreads(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void gradientsAreTheSameOnSeveralCoresAsOnOne(int threads) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> onOne = gradients(1, false, 2);
            Map<String, Tensor> onSeveral = gradients(threads, false, 2);
            Map<String, Tensor> again = gradients(threads, false, 2);
            Map<String, Tensor> throughHooks = gradients(threads, true, 2);

            onOne.forEach((name, expected) -> {
                Tensor gradient = Objects.requireNonNull(onSeveral.get(name));
                assertThat(gradient.equal(Objects.requireNonNull(again.get(name))))
                        .as(name + " again")
                        .isTrue();
                for (Tensor other : List.of(gradient, Objects.requireNonNull(throughHooks.get(name)))) {
                    double distance = other.sub(expected).norm().item_double()
                            / expected.norm().item_double();
                    assertThat(distance).as(name).isLessThan(1e-5);
                }
            });
        }
    }

    /** Beyond 1,024 tokens the probabilities of attention are made twice; 3 rows of 400 go through the layers one by one. */
    @ParameterizedTest
    @CsvSource({"1, 1100", "3, 400", "4, 130"})
    void gradientsOfRowsOfAnyLengthAreAutograds(int rows, int tokens) {
        GptConfig config = SMALL.toBuilder().sequenceLength(tokens).build();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            Tensor ids = torch.randint(300, new long[] {rows, tokens}, new TensorOptions(ScalarType.Long));
            model.fireGradientHooks(true);
            double expected =
                    model.accumulateGradients(ids, ids, 1e-3, Precision.FP32).item_double();
            Map<String, Tensor> autograds = new HashMap<>();
            model.parameters()
                    .forEach((name, weight) -> autograds.put(name, weight.grad().clone()));
            model.clearGradients();
            model.fireGradientHooks(false);

            assertThat(model.accumulateGradients(ids, ids, 1e-3, Precision.FP32).item_double())
                    .isCloseTo(expected, withPercentage(1e-4));

            model.parameters().forEach((name, weight) -> {
                Tensor gradient = Objects.requireNonNull(autograds.get(name));
                double distance = weight.grad().sub(gradient).norm().item_double()
                        / gradient.norm().item_double();
                assertThat(distance).as(name).isLessThan(2e-5);
            });
        }
    }

    @Test
    void memoryOfGradientsIsGivenBackAndMadeAnew() {
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            Tensor ids = torch.zeros(new long[] {2, 150}, new TensorOptions(ScalarType.Long));
            double once =
                    model.accumulateGradients(ids, ids, 1e-3, Precision.FP32).item_double();
            Tensor kept = model.parameter("tok_emb.weight").grad().clone();

            model.releaseWorkspace();

            assertThat(model.parameter("tok_emb.weight").grad().defined()).isFalse();
            assertThat(model.accumulateGradients(ids, ids, 1e-3, Precision.FP32).item_double())
                    .isEqualTo(once);
            assertThat(model.parameter("tok_emb.weight").grad().equal(kept)).isTrue();
        }
    }

    @Test
    void sequencesThatAreTooLongAreRefused() {
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            Tensor tooLong = torch.zeros(new long[] {1, 201}, new TensorOptions(ScalarType.Long));

            assertThatThrownBy(() -> model.logits(tooLong, Precision.FP32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("200");
        }
    }

    @Test
    void closingGivesBackAllNativeMemory() {
        trainAndClose();
        System.gc();
        long before = Pointer.totalBytes();
        for (int i = 0; i < 5; i++) {
            trainAndClose();
        }

        assertThat(Pointer.totalBytes() - before).isLessThan(1 << 16);
    }

    private static void trainAndClose() {
        int before = Libtorch.threads();
        Libtorch.setThreads(2);
        try (Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
                PointerScope scope = new PointerScope()) {
            for (int rows = 1; rows <= 2; rows++) { // the second time on threads of their own
                Tensor ids = torch.zeros(new long[] {rows, 50}, new TensorOptions(ScalarType.Long));
                model.accumulateGradients(ids, ids, 1, Precision.FP32);
            }
        } finally {
            Libtorch.setThreads(before);
        }
    }
}
