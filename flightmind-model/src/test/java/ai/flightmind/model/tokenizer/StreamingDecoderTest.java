package ai.flightmind.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamingDecoderTest {
    private static final String TEXT = "hi there 飞行 🛫 é👩‍👩‍👧 hi\n there\uFFFD.";

    @TempDir
    Path directory;

    private final List<Tokenizer> opened = new ArrayList<>();

    enum Kind {
        BYTES,
        BYTE_LEVEL,
        WORDS_AND_BYTES
    }

    private Tokenizer open(Kind kind) throws IOException {
        Tokenizer tokenizer = switch (kind) {
            case BYTES -> Tokenizer.bytes();
            case BYTE_LEVEL -> Tokenizer.open(TokenizerFiles.byteLevel(directory));
            case WORDS_AND_BYTES -> Tokenizer.open(TokenizerFiles.byWordsAndBytes(directory));
        };
        opened.add(tokenizer);
        return tokenizer;
    }

    @AfterEach
    void close() {
        opened.forEach(Tokenizer::close);
    }

    @ParameterizedTest
    @EnumSource
    void piecesAreTheTextAndNeverHalfACharacter(Kind kind) throws IOException {
        Tokenizer tokenizer = open(kind);
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();

        for (int id : tokenizer.encode(TEXT)) {
            String piece = decoder.next(id);
            assertThat(piece).isEqualTo(Surrogates.mended(piece));
            assertThat(TEXT).startsWith(text.append(piece));
        }

        assertThat(text + decoder.finish()).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void unfinishedCharacterIsHeldBackAndReplacedAtTheEnd(Kind kind) throws IOException {
        Tokenizer tokenizer = open(kind);
        int[] plane = tokenizer.encode("🚡"); // no token of its own in any of the vocabularies
        StreamingDecoder decoder = tokenizer.streamingDecoder();

        for (int i = 0; i < plane.length - 1; i++) {
            assertThat(decoder.next(plane[i])).doesNotContain("\uFFFD").isBlank();
        }
        assertThat(decoder.finish()).contains("\uFFFD");
        assertThat(decoder.finish()).isEmpty();

        for (int i = 0; i < plane.length - 1; i++) {
            assertThat(decoder.next(plane[i])).isBlank();
        }
        assertThat(decoder.next(plane[plane.length - 1])).endsWith("🚡");
    }

    @ParameterizedTest
    @EnumSource
    void specialTokenGivesNothing(Kind kind) throws IOException {
        Tokenizer tokenizer = open(kind);
        int end = tokenizer.endOfText().orElseThrow();
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();

        assertThat(decoder.next(end)).isEmpty();
        for (int id : tokenizer.encode("hi there")) {
            text.append(decoder.next(id)).append(decoder.next(end));
        }

        assertThat(text + decoder.finish()).isEqualTo("hi there");
    }

    /**
     * As an untrained model gives them. Not for words and bytes, where the library takes a whole run of bytes for none if
     * one of them is wrong, and a stream cannot take back what it has told.
     */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WORDS_AND_BYTES")
    void anyIdsGiveTheTextOfAllOfThem(Kind kind) throws IOException {
        Tokenizer tokenizer = open(kind);
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int[] ids = random.ints(20, 0, tokenizer.vocabSize()).toArray();
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(decoder.next(id));
            }
            assertThat(text + decoder.finish()).as(Arrays.toString(ids)).isEqualTo(tokenizer.decode(ids));
        }
    }
}
