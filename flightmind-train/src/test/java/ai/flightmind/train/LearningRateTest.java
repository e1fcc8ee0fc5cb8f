package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateTest {
    /** A schedule as the original computed it: pairs of a step and its rate. */
    record Recorded(long warmup, long maxSteps, double max, double min, List<List<Double>> values) {
        @SuppressWarnings("unchecked")
        static Recorded of(Map<String, Object> json) {
            return new Recorded(
                    (long) number(json, "warmup"),
                    (long) number(json, "max_steps"),
                    number(json, "max_lr"),
                    number(json, "min_lr"),
                    (List<List<Double>>) Objects.requireNonNull(json.get("values")));
        }

        private static double number(Map<String, Object> json, String name) {
            return ((Number) Objects.requireNonNull(json.get(name))).doubleValue();
        }
    }

    @SuppressWarnings("unchecked")
    static Stream<Recorded> recorded() throws IOException {
        try (InputStream golden =
                        Objects.requireNonNull(LearningRateTest.class.getResourceAsStream("/golden/golden.json"));
                JsonReader json = JsonReader.of(new Buffer().readFrom(golden))) {
            Map<String, Object> root = (Map<String, Object>) Objects.requireNonNull(json.readJsonValue());
            return ((List<Map<String, Object>>) Objects.requireNonNull(root.get("lr_schedules")))
                    .stream().map(Recorded::of);
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void followsTheOriginal(Recorded recorded) {
        LearningRate rate = LearningRate.cosine(recorded.max(), recorded.min()).warmup(recorded.warmup());

        assertThat(recorded.values()).isNotEmpty().allSatisfy(pair -> {
            double expected = pair.get(1);
            assertThat(rate.at(pair.get(0).longValue(), recorded.maxSteps()))
                    .isCloseTo(expected, within(1e-12 * Math.abs(expected)));
        });
    }

    @Test
    void warmupTakes500StepsUnlessSaidOtherwise() {
        assertThat(LearningRate.cosine(6e-4, 6e-5)).isEqualTo(new LearningRate(6e-4, 6e-5, 500));
    }

    @Test
    void withoutWarmupTheFirstStepHasTheMaximum() {
        assertThat(LearningRate.cosine(1, 0).warmup(0).at(0, 10)).isEqualTo(1);
    }

    @Test
    void warmupLongerThanTheRunStillRises() {
        LearningRate rate = LearningRate.cosine(1, 0.1).warmup(100);

        assertThat(rate.at(0, 10)).isCloseTo(0.01, within(1e-15));
        assertThat(rate.at(9, 10)).isCloseTo(0.1, within(1e-15));
    }

    @Test
    void warmupAsLongAsTheRunDividesNothingByZero() {
        assertThat(LearningRate.cosine(1, 0.1).warmup(10).at(10, 10)).isEqualTo(0.1);
    }

    @Test
    void constantRateIsTheMinimumAndTheMaximum() {
        LearningRate rate = LearningRate.cosine(3e-4, 3e-4).warmup(0);

        assertThat(List.of(rate.at(0, 10), rate.at(5, 10), rate.at(10, 10))).containsOnly(3e-4);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void maximumThatIsNotPositiveIsRefused(double max) {
        assertThatThrownBy(() -> LearningRate.cosine(max, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maximal learning rate")
                .hasMessageContaining(Double.toString(max));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.2", "0.1, -0.01", "0.1, NaN", "0.1, Infinity"})
    void minimumOutsideZeroToTheMaximumIsRefused(double max, double min) {
        assertThatThrownBy(() -> LearningRate.cosine(max, min))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minimal learning rate")
                .hasMessageContaining(Double.toString(min));
    }

    @Test
    void negativeWarmupIsRefused() {
        LearningRate rate = LearningRate.cosine(1, 0);

        assertThatThrownBy(() -> rate.warmup(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }
}
