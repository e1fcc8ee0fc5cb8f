package ai.flightmind.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CheckpointCostTest {
    private final List<MeasuredStep> steps = new ArrayList<>();
    private long millis;

    /** The next step, which comes this long after the one before, and then takes so long. */
    private void step(long gapMillis, long stepMillis) {
        Step step = new Step(
                steps.size(),
                100,
                3,
                1e-3,
                1,
                false,
                OptionalDouble.empty(),
                0,
                1,
                1,
                OptionalDouble.empty(),
                0,
                Duration.ofMillis(stepMillis),
                Duration.ZERO,
                Optional.empty(),
                Duration.ZERO,
                Duration.ZERO,
                Map.of());
        long begin = millis;
        millis += gapMillis + stepMillis;
        steps.add(new MeasuredStep(step, 1_000_000 * begin, 1_000_000 * millis));
    }

    private void steps(int count, long stepMillis) {
        for (int i = 0; i < count; i++) {
            step(0, stepMillis);
        }
    }

    private static CheckpointWritten written(long step, long writingMillis) {
        return new CheckpointWritten(Path.of("step.pt"), step, 1, Duration.ofMillis(writingMillis));
    }

    @Test
    void lossIsTheCopyAndWhatStepsTookLongerWhileItWasWritten() {
        steps(3, 100);
        step(50, 120); // copies, then writes from 350 on
        step(0, 130); // writes until 600
        steps(3, 100);

        CheckpointCost cost = CheckpointCost.of(steps, List.of(written(2, 250))).orElseThrow();

        assertThat(cost.saves()).isEqualTo(1);
        assertThat(cost.betweenSeconds()).isEqualTo(0.050, within(1e-9));
        assertThat(cost.besideSeconds()).isEqualTo(0.250, within(1e-9));
        assertThat(cost.lostSeconds()).isEqualTo(0.050 + 0.020 + 0.030, within(1e-9));
        assertThat(cost.lostShare()).isEqualTo(1.0 / 3, within(1e-9));
    }

    @Test
    void saveThatGoesOnAfterTheLastStepCountsForNothing() {
        steps(2, 100);
        step(10, 100);
        steps(4, 100);
        step(10, 500); // the second one's, as slow as it may be

        CheckpointCost cost = CheckpointCost.of(steps, List.of(written(1, 90), written(6, 600)))
                .orElseThrow();

        assertThat(cost.saves()).isEqualTo(1);
        assertThat(cost.lostSeconds()).isEqualTo(0.010, within(1e-9));
    }

    @Test
    void nothingIsKnownWithoutAStepToCompareWith() {
        step(0, 100);
        steps(3, 100);

        assertThat(CheckpointCost.of(steps, List.of())).isEmpty();
        assertThat(CheckpointCost.of(steps.subList(1, 4), List.of(written(0, 250))))
                .isEmpty();
    }
}
