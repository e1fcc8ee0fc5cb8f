package ai.flightmind.model.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.tokenizer.ByteAlphabet;
import ai.flightmind.model.tokenizer.SpecialTokens;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTrainerTest {
    private static final int SMALLEST = 256 + SpecialTokens.ALL.size();

    private static BpeVocabulary train(int merges, long minFrequency, Stream<String> texts) {
        return BpeTrainer.builder()
                .vocabSize(SMALLEST + merges)
                .minFrequency(minFrequency)
                .build()
                .train(texts);
    }

    /** Few letters, so that pairs overlap, are equally frequent, and lead to one symbol by two ways. */
    private static List<String> texts(long seed) {
        Random random = new Random(seed);
        String letters = seed % 3 == 0 ? "ab" : seed % 3 == 1 ? "abc 1" : "aé飞 \n.";
        int[] characters = letters.codePoints().toArray();
        return IntStream.range(0, 40)
                .mapToObj(text -> random.ints(1 + random.nextInt(30), 0, characters.length)
                        .map(i -> characters[i])
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void learnsWhatTheDefinitionSays(long seed) {
        List<String> texts = texts(seed);

        BpeVocabulary learnt = train(80, 2, texts.stream());

        NaiveBpe naive = NaiveBpe.learn(texts, 256 + 80, 2);
        assertThat(learnt.merges()).isEqualTo(naive.merges());
        assertThat(learnt.tokens()).isEqualTo(naive.tokens());
        assertThat(learnt.merges()).hasSizeGreaterThan(20);
    }

    @Test
    void mostFrequentPairIsMergedFirst() {
        BpeVocabulary learnt = train(3, 1, Stream.of("low low low low low lower lower newest newest widest"));

        assertThat(learnt.merges())
                .containsExactly(
                        new BpeVocabulary.Merge("l", "o"),
                        new BpeVocabulary.Merge("lo", "w"),
                        new BpeVocabulary.Merge("Ġ", "low"));
    }

    @Test
    void orderAndThreadsMakeNoDifference() {
        List<String> texts = new ArrayList<>(texts(7));
        BpeVocabulary learnt = train(60, 2, texts.stream());
        Collections.shuffle(texts, new Random(1));

        assertThat(train(60, 2, texts.parallelStream())).isEqualTo(learnt);
    }

    @Test
    void tooLittleTextGivesASmallerVocabulary() {
        assertThat(train(1_000, 2, Stream.of("to be or not to be")).size())
                .isGreaterThan(SMALLEST)
                .isLessThan(SMALLEST + 20);
        assertThat(train(1_000, 1, Stream.empty()).size()).isEqualTo(SMALLEST);
    }

    @Test
    void specialTokensComeFirstThenTheBytes() {
        BpeVocabulary learnt = train(0, 1, Stream.of("text"));

        assertThat(learnt.specialTokens()).startsWith("<|endoftext|>", "<|pad|>");
        assertThat(learnt.tokens()).hasSize(256).startsWith("!", "\"").contains("Ġ");
        assertThat(learnt.merges()).isEmpty();
    }

    @Test
    void libraryReadsTheFileAsItIsMeant(@TempDir Path directory) {
        List<String> texts = texts(5);
        BpeVocabulary learnt = train(80, 2, texts.stream());
        Path file = directory.resolve("made/tokenizer.json");
        learnt.write(file);

        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            assertThat(tokenizer.vocabSize()).isEqualTo(learnt.size());
            assertThat(tokenizer.endOfText()).hasValue(0);
            assertThat(tokenizer.specialToken("<|assistant|>")).hasValue(6);
            for (String text : texts(8)) {
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(new NaiveBpe(learnt).encode(text));
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            }
        }
    }

    @Test
    void everyByteHasATokenOfItsOwn() {
        List<String> alphabet = train(0, 1, Stream.empty()).tokens();

        assertThat(IntStream.range(0, 256).mapToObj(b -> String.valueOf(ByteAlphabet.character((byte) b))))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(alphabet);
    }

    @Test
    void aRunWithoutABreakIsNoTrap() {
        String picture = "ABCD".repeat(50_000);

        BpeVocabulary learnt = train(40, 2, Stream.of(picture, "plain words, plain words"));

        assertThat(learnt.tokens()).contains("ABCD", "ABCDABCD", "Ġwords");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> BpeTrainer.builder().vocabSize(262).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 263");
        assertThatThrownBy(() -> BpeTrainer.builder().minFrequency(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minFrequency");
        assertThatThrownBy(() -> BpeTrainer.builder()
                        .specialTokens(List.of("<a>", "<a>"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<a>");
        assertThatThrownBy(() ->
                        BpeTrainer.builder().specialTokens(List.of("!")).build().train(Stream.of("wow!")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("!");
    }
}
