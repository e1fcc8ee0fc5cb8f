package ai.flightmind.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void quartilesAreValuesWhereTheyFallOnOne() {
        assertThat(Spread.of(DoubleStream.of(5, 1, 3, 2, 4))).isEqualTo(new Spread(1, 2, 3, 4, 5));
    }

    @Test
    void quartilesBetweenTwoValuesAreInterpolated() {
        assertThat(Spread.of(DoubleStream.of(20, 10))).isEqualTo(new Spread(10, 12.5, 15, 17.5, 20));
    }

    @Test
    void oneValueIsAllOfThem() {
        assertThat(Spread.of(DoubleStream.of(7))).isEqualTo(new Spread(7, 7, 7, 7, 7));
        assertThatThrownBy(() -> Spread.of(DoubleStream.empty())).hasMessageContaining("Nothing was measured");
    }
}
