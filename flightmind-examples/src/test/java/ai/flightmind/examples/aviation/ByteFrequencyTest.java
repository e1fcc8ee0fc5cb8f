package ai.flightmind.examples.aviation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteFrequencyTest {

    @ParameterizedTest
    @CsvSource({
        "aaaa, 0",
        // ln 2, ln 4
        "abab, 0.693147",
        "abcd, 1.386294",
        // 3/4 ln 4/3 + 1/4 ln 4
        "aaab, 0.562335"
    })
    void lossOnTheCountedTextIsItsEntropy(String text, double nats) {
        byte[] bytes = text.getBytes(US_ASCII);

        assertThat(ByteFrequency.of(bytes).lossOn(bytes)).isCloseTo(nats, within(1e-6));
    }

    @Test
    void lossOnOtherTextIsTheCrossEntropy() {
        // 1/2 ln 4/3 + 1/2 ln 4
        assertThat(ByteFrequency.of(bytes("aaab")).lossOn(bytes("ab"))).isCloseTo(0.836988, within(1e-6));
    }

    @Test
    void byteNeverCountedCostsInfinitely() {
        assertThat(ByteFrequency.of(bytes("aaab")).lossOn(bytes("ac"))).isInfinite();
    }

    @Test
    void bytesBeyondAsciiAreCountedToo() {
        byte[] halves = {(byte) 0xff, 0, (byte) 0xff, 0};

        assertThat(ByteFrequency.of(halves).lossOn(halves)).isCloseTo(Math.log(2), within(1e-12));
    }

    @Test
    void corpusIsWorthAboutThreeNatsPerByte() {
        byte[] corpus =
                bytes(String.join("\n", AviationCorpus.of(1).documents(1_000).toList()));

        assertThat(ByteFrequency.of(corpus).lossOn(corpus)).isBetween(2.8, 3.8);
    }

    @Test
    void emptyTextIsRefused() {
        assertThatThrownBy(() -> ByteFrequency.of(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
