package ai.flightmind.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MovingAverageTest {
    @Test
    void firstValueIsNotPulledTowardsZero() {
        assertThat(new MovingAverage(0.99).add(4)).isEqualTo(4, within(1e-12));
    }

    @Test
    void averageIsWeightedTowardsTheNewest() {
        MovingAverage average = new MovingAverage(0.5);
        average.add(1);
        average.add(2);

        assertThat(average.add(4)).isEqualTo((1 * 0.25 + 2 * 0.5 + 4) / 1.75, within(1e-12));
    }

    @Test
    void valueThatIsNotFiniteIsPassedOver() {
        MovingAverage average = new MovingAverage(0.5);

        assertThat(average.add(Double.NaN)).isNaN();
        average.add(3);
        assertThat(average.add(Double.POSITIVE_INFINITY)).isEqualTo(3);
    }

    @Test
    void noSmoothingChangesNothing() {
        MovingAverage average = new MovingAverage(0);
        average.add(1);

        assertThat(average.add(7)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, -0.1, Double.NaN})
    void smoothingOutOfItsRangeIsRefused(double smoothing) {
        assertThatThrownBy(() -> new MovingAverage(smoothing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Double.toString(smoothing));
    }
}
