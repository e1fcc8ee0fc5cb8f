package ai.flightmind.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostMeterTest {
    private final AtomicLong now = new AtomicLong(7);

    @Test
    void costGrowsWithTime() {
        CostMeter cost = CostMeter.at(new PricePerHour(8.4), now::get);

        now.addAndGet(Duration.ofMinutes(90).toNanos());

        assertThat(cost.dollars().getAsDouble()).isEqualTo(12.6, within(1e-9));
    }

    @Test
    void resumedRunGoesOnFromWhatItCostAlsoForStepsThatAreDoneAgain(@TempDir Path dir) throws IOException {
        Path metrics = Files.writeString(dir.resolve("metrics.jsonl"), """
                {"step":0,"dollars":1.5}
                {"step":1,"dollars":2.25}
                {"step":2,"doll""");
        CostMeter cost = CostMeter.at(new PricePerHour(1), now::get).after(metrics);

        now.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(cost.dollars().getAsDouble()).isEqualTo(3.25, within(1e-9));
    }

    @Test
    void newRunHasCostNothingBefore(@TempDir Path dir) {
        CostMeter cost = CostMeter.at(new PricePerHour(1), now::get).after(dir.resolve("metrics.jsonl"));

        assertThat(cost.dollars()).hasValue(0);
    }

    @Test
    void runWithoutAPriceHasNoCost() {
        assertThat(CostMeter.unknown().dollars()).isEmpty();
        assertThat(CostMeter.unknown().price()).isEmpty();
    }

    @Test
    void secondRunOfOneProcessDoesNotPayForTheFirstAgain() {
        assertThat(CostMeter.at(new PricePerHour(3_600)).dollars().getAsDouble())
                .isLessThan(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dear", "-1", "NaN", "Infinity", "8,45"})
    void priceThatIsNoNumberIsRefused(String text) {
        assertThatThrownBy(() -> PricePerHour.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLIGHTMIND_DOLLARS_PER_HOUR")
                .hasMessageContaining(text);
    }

    @Test
    void priceIsReadFromTheEnvironmentsText() {
        assertThat(PricePerHour.parse(" 8.45 ")).hasValue(new PricePerHour(8.45));
        assertThat(PricePerHour.parse("")).isEmpty();
        assertThat(PricePerHour.parse(null)).isEmpty();
    }
}
