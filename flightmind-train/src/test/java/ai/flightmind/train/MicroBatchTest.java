package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicroBatchTest {
    @Test
    void numbersAndAutoAreRead() {
        assertThat(MicroBatch.parse("16")).isEqualTo(MicroBatch.of(16)).hasToString("16");
        assertThat(MicroBatch.parse("auto")).isEqualTo(MicroBatch.auto()).hasToString("auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "8.0", "Auto", "99999999999"})
    void anythingElseIsRefusedWithWhatToWrite(String text) {
        assertThatThrownBy(() -> MicroBatch.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Not a micro-batch: '" + text + "'. Write a number of sequences, or auto.");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -3})
    void noSequencesAreRefused(int sequences) {
        assertThatThrownBy(() -> MicroBatch.of(sequences))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("microBatchSize must be at least 1, not " + sequences);
    }
}
