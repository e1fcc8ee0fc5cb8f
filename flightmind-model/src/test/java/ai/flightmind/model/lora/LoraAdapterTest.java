package ai.flightmind.model.lora;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.flightmind.model.Device;
import ai.flightmind.model.Golden;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.huggingface.HuggingFaceExport;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoraAdapterTest {
    private static final GptConfig SMALL =
            GptConfig.builder().depth(2).vocabSize(300).sequenceLength(40).build();

    private final Gpt model = Gpt.create(SMALL, Device.cpu(), seed(7));
    private final PointerScope scope = new PointerScope();
    private final Tensor rows = torch.tensor(numbers()).view(3, 40).to(torch.ScalarType.Long);
    private final Tensor inputs = rows.narrow(1, 0, 39).contiguous();
    private final Tensor targets = rows.narrow(1, 1, 39).contiguous();

    private static int[] numbers() {
        int[] numbers = new int[120];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * i * 7 + 3) % 300;
        }
        return numbers;
    }

    @AfterEach
    void close() {
        scope.close();
        model.close();
    }

    private Tensor logits(Precision precision) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return model.logits(inputs, precision);
        }
    }

    /** So that it says something: B is 0 in a new one. */
    private static void fill(LoraAdapter adapter) {
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            adapter.parameters().forEach((name, tensor) -> {
                if (name.endsWith("lora_B")) {
                    tensor.normal_(0, 0.02, new GeneratorOptional(torch.make_generator_cpu(name.hashCode())));
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void newAdapterChangesNothing(Precision precision) {
        Tensor before = logits(precision);

        model.attachAdapter(LoraConfig.builder().build(), seed(1));

        assertThat(logits(precision).equal(before)).isTrue();
    }

    @Test
    void matricesAreDrawnAsTheOriginalDraws() {
        LoraAdapter adapter = model.attachAdapter(LoraConfig.builder().rank(8).build(), seed(1));

        assertThat(adapter.parameters()).hasSize(2 * 7 * 2);
        Tensor a = parameter(adapter, "layers.1.mlp.down_proj.lora_A");
        Tensor b = parameter(adapter, "layers.1.mlp.down_proj.lora_B");
        assertThat(new long[] {a.size(0), a.size(1), b.size(0), b.size(1)}).containsExactly(8, 512, 128, 8);
        assertThat(a.std().item_double()).isCloseTo(1.0 / 8, withPercentage(5));
        assertThat(a.mean().item_double()).isCloseTo(0, within(0.01));
        assertThat(b.abs().max().item_double()).isZero();
    }

    private static Tensor parameter(LoraAdapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name);
    }

    @Test
    void equalSeedsGiveEqualAdaptersAndOthersOthers() {
        try (Gpt same = Gpt.create(SMALL, Device.cpu(), seed(7));
                Gpt other = Gpt.create(SMALL, Device.cpu(), seed(7))) {
            LoraConfig config = LoraConfig.builder().build();
            LoraAdapter one = model.attachAdapter(config, seed(1));
            LoraAdapter two = same.attachAdapter(config, seed(1));
            LoraAdapter three = other.attachAdapter(config, seed(2));

            String name = "layers.0.attn.q_proj.lora_A";
            assertThat(parameter(one, name).equal(parameter(two, name))).isTrue();
            assertThat(parameter(one, name).equal(parameter(three, name))).isFalse();
        }
    }

    /** By the definition: a model whose weights are W + (alpha/rank)·B·A. */
    @ParameterizedTest
    @EnumSource(LoraTarget.class)
    void eachTargetIsAdaptedByTheDefinition(LoraTarget target) {
        LoraAdapter adapter = model.attachAdapter(
                LoraConfig.builder().rank(4).alpha(12).targets(target).build(), seed(1));
        fill(adapter);
        assertThat(adapter.parameters()).hasSize(4);
        Tensor before;
        try (Gpt plain = Gpt.create(SMALL, Device.cpu(), seed(7));
                NoGradGuard noGrad = new NoGradGuard()) {
            before = plain.logits(inputs, Precision.FP32);
            for (int layer = 0; layer < 2; layer++) {
                String of = "layers." + layer + "." + target.layerName();
                Tensor product = parameter(adapter, of + ".lora_B").mm(parameter(adapter, of + ".lora_A"));
                plain.parameter(of + ".weight").add_(product, new Scalar(3.0));
            }
            Tensor difference = logits(Precision.FP32).sub(plain.logits(inputs, Precision.FP32));

            assertThat(difference.abs().max().item_double()).isLessThan(1e-5);
            assertThat(logits(Precision.FP32).sub(before).abs().max().item_double())
                    .isGreaterThan(1e-3);
        }
    }

    @Test
    void mergedModelSaysWhatTheAdaptedOneSaid() {
        fill(model.attachAdapter(LoraConfig.builder().build(), seed(1)));
        Tensor adapted = logits(Precision.FP32);

        model.mergeAdapter();

        assertThat(model.adapter()).isEmpty();
        assertThat(logits(Precision.FP32).sub(adapted).abs().max().item_double())
                .isLessThan(1e-5);
        assertThat(model.trainedParameters()).isEqualTo(model.parameters());
        assertThat(model.parameters().values()).allMatch(weight -> weight.requires_grad());
    }

    /** As near to float32's as what autograd gives on the plain formula, with the logits made whole. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void gradientsAreThoseOfPlainCrossEntropyAndTheBaseHasNone(Precision precision) {
        LoraAdapter adapter = model.attachAdapter(LoraConfig.builder().rank(4).build(), seed(1));
        fill(adapter);
        Map<String, Tensor> exact = gradientsOfPlainCrossEntropy(adapter, Precision.FP32);
        Map<String, Tensor> expected = gradientsOfPlainCrossEntropy(adapter, precision);

        Tensor sum = model.accumulateGradients(inputs, targets, 1.0 / (3 * 39), precision);

        assertThat(sum.item_double()).isPositive();
        adapter.parameters().forEach((name, tensor) -> {
            Tensor right = Objects.requireNonNull(exact.get(name));
            double size = right.norm().item_double();
            assertThat(size).as(name).isPositive();
            double rounding =
                    Objects.requireNonNull(expected.get(name)).sub(right).norm().item_double();
            assertThat(tensor.grad().sub(right).norm().item_double()).as(name).isLessThan(2 * rounding + 1e-5 * size);
        });
        model.parameters().forEach((name, weight) -> {
            assertThat(weight.requires_grad()).as(name).isFalse();
            assertThat(weight.grad().defined()).as(name).isFalse();
        });
    }

    private Map<String, Tensor> gradientsOfPlainCrossEntropy(LoraAdapter adapter, Precision precision) {
        torch.cross_entropy_loss(model.logits(inputs, precision).view(-1, 300), targets.view(-1))
                .backward();
        Map<String, Tensor> gradients = new HashMap<>();
        adapter.parameters()
                .forEach((name, tensor) -> gradients.put(name, tensor.grad().clone()));
        model.clearGradients();
        assertThat(adapter.parameters().values())
                .noneMatch(tensor -> tensor.grad().defined());
        return gradients;
    }

    @Test
    void weightsAreTrainedAgainAfterTheMerge() {
        model.attachAdapter(LoraConfig.builder().build(), seed(1));
        model.mergeAdapter();
        try (Gpt plain = Gpt.create(SMALL, Device.cpu(), seed(7))) {
            model.accumulateGradients(inputs, targets, 1, Precision.FP32);
            plain.accumulateGradients(inputs, targets, 1, Precision.FP32);

            plain.parameters()
                    .forEach((name, weight) -> assertThat(
                                    model.parameter(name).grad().equal(weight.grad()))
                            .as(name)
                            .isTrue());
        }
    }

    @Test
    void fingerprintFollowsTheWeightsAndNothingElse() {
        String before = model.fingerprint();
        assertThat(before).hasSize(64);
        try (Gpt same = Gpt.create(SMALL, Device.cpu(), seed(7));
                Gpt shorter = Gpt.create(SMALL.toBuilder().sequenceLength(8).build(), Device.cpu(), seed(7));
                NoGradGuard noGrad = new NoGradGuard()) {
            assertThat(same.fingerprint()).isEqualTo(before);
            assertThat(shorter.fingerprint()).isEqualTo(before);
            LoraAdapter adapter = same.attachAdapter(LoraConfig.builder().build(), seed(1));
            fill(adapter);
            assertThat(adapter.base()).isEqualTo(before);
            assertThat(same.fingerprint()).isEqualTo(before);
            same.parameter("final_norm.weight").view(-1).narrow(0, 3, 1).fill_(new Scalar(1.5));
            assertThat(same.fingerprint()).isNotEqualTo(before);
        }
    }

    @Test
    void exportAsksForTheMergeFirst() {
        model.attachAdapter(LoraConfig.builder().build(), seed(1));

        assertThatThrownBy(() -> HuggingFaceExport.builder().build().write(model, Path.of("never")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("merge it");
        assertThat(Path.of("never")).doesNotExist();
    }

    @Test
    void oneAdapterAtATime() {
        assertThatThrownBy(model::mergeAdapter).isInstanceOf(IllegalStateException.class);
        model.attachAdapter(LoraConfig.builder().build(), seed(1));
        assertThatThrownBy(() -> model.attachAdapter(LoraConfig.builder().build(), seed(1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shapesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> LoraConfig.builder().rank(0).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LoraConfig.builder().alpha(0).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LoraConfig.builder().targets(Set.of()).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LoraTarget.ofLayerName("attn.bias")).isInstanceOf(IllegalArgumentException.class);
        LoraConfig config =
                LoraConfig.builder().targets(LoraTarget.QUERY, LoraTarget.VALUE).build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config.targets()).isEqualTo(EnumSet.of(LoraTarget.QUERY, LoraTarget.VALUE));
        assertThat(LoraConfig.builder().build().scale()).isEqualTo(2);
    }

    @Test
    void goldenModelsAdapterIsSmall() {
        try (Gpt golden = Golden.model()) {
            LoraAdapter adapter = golden.attachAdapter(LoraConfig.builder().build(), seed(1));
            long numbers = adapter.parameters().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
            // Per layer 4 of (128, 128), 2 of (512, 128), 1 of (128, 512), each rank·(in + out).
            assertThat(numbers).isEqualTo(2L * 16 * (4 * 256 + 3 * 640));
        }
    }
}
