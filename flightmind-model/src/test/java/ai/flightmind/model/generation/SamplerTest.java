package ai.flightmind.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Golden;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theDistributionIsTheOriginals(int which) {
        Generation generation = Generation.builder()
                .temperature(Golden.number("generate", "sample_distributions", which, "temperature"))
                .topK((int) Golden.number("generate", "sample_distributions", which, "top_k"))
                .build();
        try (Gpt model = Golden.model();
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor logits = model.logits(Golden.ids("generate", "prompt"), Precision.FP32);
            Tensor last = logits.select(1, logits.size(1) - 1);
            float[] drawnFrom = Golden.values(new Sampler(generation).probabilities(last));

            double[] expected = Golden.numbers("generate", "sample_distributions", which, "probs");
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) drawnFrom[i]).isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "0.7, 0, 0.9", "1.3, 40, 0.5", "1, 5, 1", "1, 0, 0.01", "2, 2000, 0.999"})
    void theDistributionIsThatOfItsDefinition(double temperature, int topK, double topP) {
        int vocabSize = 1_500;
        double[] logits = new Random(3).doubles(vocabSize, -4, 4).toArray();
        Generation generation = Generation.builder()
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .build();
        try (PointerScope scope = new PointerScope()) {
            Tensor row = row(logits);
            float[] drawnFrom = Golden.values(new Sampler(generation).probabilities(row));
            double sum =
                    IntStream.range(0, vocabSize).mapToDouble(i -> drawnFrom[i]).sum();

            double[] expected = defined(logits, temperature, topK, topP);
            for (int i = 0; i < vocabSize; i++) {
                assertThat(drawnFrom[i] / sum).as("token " + i).isCloseTo(expected[i], within(1e-5));
            }
        }
    }

    @Test
    void drawsAreAsFrequentAsTheyAreLikely() {
        Generation generation = Generation.builder().build();
        double[] wanted = {0.5, 0.3, 0.15, 0.05};
        int draws = 4_000;
        int[] counts = new int[wanted.length];
        try (PointerScope scope = new PointerScope()) {
            Tensor row = row(Arrays.stream(wanted).map(Math::log).toArray());
            Sampler sampler = new Sampler(generation);
            Sequence sequence = new Sequence(new int[] {0}, 0, generation, new Transcript(generation, null));
            for (int i = 0; i < draws; i++) {
                counts[sampler.draw(row, List.of(sequence))[0]]++;
            }
        }
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) counts[i] / draws).isCloseTo(wanted[i], within(0.03));
        }
    }

    @Test
    void aPenaltyMakesLikelyTokensThatOccurredLessLikely() {
        Generation generation =
                Generation.greedy(1).toBuilder().repetitionPenalty(2).build();
        Sequence sequence = new Sequence(new int[] {0, 3}, 0, generation, new Transcript(generation, null));
        try (PointerScope scope = new PointerScope()) {
            Sampler sampler = new Sampler(generation);

            assertThat(sampler.draw(row(new double[] {2, 1.5, -1, 1.9}), List.of(sequence)))
                    .containsExactly(1);
            assertThat(sampler.draw(row(new double[] {-1, -1.5, -3, -1}), List.of(sequence)))
                    .containsExactly(1);
        }
    }

    private static Tensor row(double[] logits) {
        float[] single = new float[logits.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = (float) logits[i];
        }
        return torch.tensor(single).view(1, -1);
    }

    /** In plain arithmetic. */
    private static double[] defined(double[] logits, double temperature, int topK, double topP) {
        Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -logits[i]));
        int kept = topK == 0 ? logits.length : Math.min(topK, logits.length);
        double[] weights = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[order[i]] = Math.exp(logits[order[i]] / temperature);
            sum += weights[order[i]];
        }
        double mass = 0;
        for (int i = 0; i < kept; i++) {
            double probability = weights[order[i]] / sum;
            if (mass >= topP) {
                weights[order[i]] = 0;
            }
            mass += probability;
        }
        double left = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / left).toArray();
    }
}
