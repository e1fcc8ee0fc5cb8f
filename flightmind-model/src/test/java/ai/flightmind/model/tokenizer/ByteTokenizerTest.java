package ai.flightmind.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ByteTokenizerTest {
    private final Tokenizer tokenizer = Tokenizer.bytes();

    @Test
    void eachByteIsATokenAfterTheSpecialOnes() {
        assertThat(tokenizer.encode("aé")).containsExactly(7 + 'a', 7 + 0xC3, 7 + 0xA9);
        assertThat(tokenizer.decode(new int[] {7 + 'a', 0, 7 + 0xC3, 7 + 0xA9})).isEqualTo("aé");
        assertThat(tokenizer.vocabSize()).isEqualTo(263);
    }

    @Test
    void specialTokensStandForThemselvesOnlyWhereAskedFor() {
        assertThat(tokenizer.encode("<|user|>")).hasSize(8);
        assertThat(tokenizer.encodeWithSpecialTokens("<|user|>hi<|end_of_turn|><|endoftext|>"))
                .containsExactly(5, 7 + 'h', 7 + 'i', 3, 0);
        assertThat(tokenizer.specialToken("<|pad|>")).hasValue(1);
        assertThat(tokenizer.specialToken("<|end|>")).isEmpty();
        assertThat(tokenizer.endOfText()).hasValue(0);
    }

    @Test
    void idThatIsNoneIsNamedWithItsPlace() {
        assertThatThrownBy(() -> tokenizer.decode(new int[] {8, 263}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Token 263 at position 1");
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        decoder.next(8);
        assertThatThrownBy(() -> decoder.next(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Token -1 at position 1");
    }
}
