package ai.flightmind.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.GptConfig;
import ai.flightmind.model.error.TokenizerException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceTokenizerTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "The wind is calm.",
                "  two  spaces \n\n\tand more ",
                "it's we'll I'd",
                "a\u0000b, U+0000 and 🛫 together",
                "飞行员报告能见度良好。",
                "👩‍👩‍👧‍👦 Größe",
                "<|endoftext|><|user|>"
            })
    void decodedTextIsTheSame(String text) {
        try (Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byteLevel(directory))) {
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void noDocumentCanPretendToEnd() {
        try (Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byteLevel(directory))) {
            String text = "one<|endoftext|>two";

            assertThat(tokenizer.encode(text)).hasSizeGreaterThan(10).doesNotContain(0);
            assertThat(tokenizer.encodeWithSpecialTokens(text)).containsOnlyOnce(0);
            assertThat(tokenizer.decode(tokenizer.encodeWithSpecialTokens(text)))
                    .isEqualTo("onetwo");
        }
    }

    @Test
    void specialTokensBesideTheModelsKeepTheirIds() throws IOException {
        Path file = TokenizerFiles.byteLevel(directory, "\"added_tokens\": [", """
                "added_tokens": [
                {"id": 340, "content": "<|im_start|>", "single_word": false, "lstrip": false, "rstrip": false,
                 "normalized": false, "special": true},
                {"id": 341, "content": "runway", "single_word": false, "lstrip": false, "rstrip": false,
                 "normalized": false, "special": false},
                """);

        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            assertThat(tokenizer.vocabSize()).isEqualTo(342);
            assertThat(tokenizer.specialToken("<|im_start|>")).hasValue(340);
            assertThat(tokenizer.specialToken("runway")).isEmpty();
            assertThat(tokenizer.encodeWithSpecialTokens("<|im_start|>runway")).containsExactly(340, 341);
            assertThat(tokenizer.encode("<|im_start|>runway"))
                    .doesNotContain(340)
                    .endsWith(341);
            assertThat(tokenizer.decode(new int[] {340, 341})).isEqualTo("runway");
        }
    }

    @Test
    void longTextIsNotCutAndShortTextNotFilled() throws IOException {
        Path file = TokenizerFiles.byteLevel(directory, "\"truncation\": null,\n  \"padding\": null", """
                "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
                "padding": {"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 1,
                            "pad_type_id": 0, "pad_token": "<|pad|>"}""");

        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            assertThat(tokenizer.encode("qwxz qwxz qwxz")).hasSizeBetween(8, 14);
            assertThat(tokenizer.encode("q")).hasSize(1);
        }
    }

    @Test
    void halfASurrogatePairBecomesAReplacementAndHarmsNothingElse() {
        try (Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byteLevel(directory))) {
            assertThat(tokenizer.decode(tokenizer.encode("\uD83D🛫\uDEEB é"))).isEqualTo("\uFFFD🛫\uFFFD é");
            assertThat(Tokenizer.bytes().encode("\uD83D"))
                    .isEqualTo(Tokenizer.bytes().encode("\uFFFD"));
        }
    }

    /** Java and Rust may count the characters differently that could have been there. */
    @Test
    void anyIdsAreDecodedAsTheLibraryDoes() {
        Path file = TokenizerFiles.byteLevel(directory);
        Random random = new Random(1);
        try (Tokenizer tokenizer = Tokenizer.open(file);
                NativeTokenizer library =
                        NativeTokenizer.open(file, TokenizerJson.read(file).whole())) {
            for (int round = 0; round < 2_000; round++) {
                int[] ids = random.ints(1 + random.nextInt(12), 0, tokenizer.vocabSize())
                        .toArray();
                assertThat(once(tokenizer.decode(ids))).as(Arrays.toString(ids)).isEqualTo(once(library.decode(ids)));
            }
        }
    }

    private static String once(String text) {
        return text.replaceAll("\uFFFD+", "\uFFFD");
    }

    @Test
    void wordsAndBytesAreReadToo() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byWordsAndBytes(directory))) {
            assertThat(tokenizer.endOfText()).hasValue(2);
            assertThat(tokenizer.encode("hi there")).containsExactly(263, 271);
            assertThat(tokenizer.decode(new int[] {1, 263, 271, 2})).isEqualTo("hi there");
            assertThat(tokenizer.decode(tokenizer.encode("hi 🛫"))).isEqualTo("hi 🛫");
        }
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        String text = Files.readString(TokenizerFiles.byteLevel(directory));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            int[] expected = tokenizer.encode(text);
            List<Future<int[]>> encoded = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                encoded.add(threads.submit(() -> tokenizer.encode(text)));
            }
            for (Future<int[]> ids : encoded) {
                assertThat(ids.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void idOfAnotherVocabularyIsNamedWithItsPlace() throws IOException {
        for (Path file : List.of(
                TokenizerFiles.byteLevel(Files.createDirectory(directory.resolve("bytes"))),
                TokenizerFiles.byWordsAndBytes(Files.createDirectory(directory.resolve("words"))))) {
            try (Tokenizer tokenizer = Tokenizer.open(file)) {
                assertThatThrownBy(() -> tokenizer.decode(new int[] {5, 6, 50_000}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("Token 50000 at position 2")
                        .hasMessageContaining("below " + tokenizer.vocabSize());
            }
        }
    }

    @Test
    void vocabularyLargerThanTheModelsIsRefused() {
        try (Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byteLevel(directory))) {
            GptConfig config = GptConfig.builder().depth(1).vocabSize(340).build();
            tokenizer.requireFits(config);

            assertThatThrownBy(() -> tokenizer.requireFits(
                            config.toBuilder().vocabSize(339).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("340 tokens")
                    .hasMessageContaining("only 339");
        }
    }

    @Test
    void fingerprintIsThatOfTheFile() throws IOException {
        Path file = TokenizerFiles.byteLevel(directory);
        try (Tokenizer one = Tokenizer.open(file);
                Tokenizer same = Tokenizer.open(directory)) {
            assertThat(one.fingerprint())
                    .isEqualTo(same.fingerprint())
                    .isNotEqualTo(Tokenizer.bytes().fingerprint());
            Files.writeString(file, " " + Files.readString(file));
            try (Tokenizer other = Tokenizer.open(file)) {
                assertThat(other.fingerprint()).isNotEqualTo(one.fingerprint());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no json",
                "{}",
                "[]",
                "{\"model\": {\"vocab\": {}}}",
                "{\"model\": {\"vocab\": {\"a\": -1}}}",
                "{\"model\": {\"vocab\": {\"a\": 0}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}",
                "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": \"x\", \"content\": \"<a>\"}]}"
            })
    void whatIsNoTokenizerIsNamed(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), json);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> Tokenizer.open(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(directory.resolve("tokenizer.json").toString());
    }

    @Test
    void closedTokenizerSaysSo() {
        Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.byteLevel(directory));
        tokenizer.close();
        tokenizer.close();

        assertThatThrownBy(() -> tokenizer.encode("text"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void missingLibraryIsNamed() throws Exception {
        Path file = TokenizerFiles.byteLevel(directory);
        URL[] withoutDjl = Arrays.stream(
                        System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .filter(entry -> !entry.contains("djl"))
                .map(HuggingFaceTokenizerTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(withoutDjl, ClassLoader.getPlatformClassLoader())) {
            var open = loader.loadClass(Tokenizer.class.getName()).getMethod("open", Path.class);

            assertThatThrownBy(() -> open.invoke(null, file))
                    .cause()
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("ai.djl.huggingface:tokenizers")
                    .extracting(error -> error.getClass().getName())
                    .isEqualTo(TokenizerException.class.getName());
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
