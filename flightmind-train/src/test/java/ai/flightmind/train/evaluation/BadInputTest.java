package ai.flightmind.train.evaluation;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.error.NonFiniteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    private static final Tokenizer BYTES = Tokenizer.bytes();
    private static final String GOOD = "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 0}\n";

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Gpt model;

    @BeforeAll
    static void makeModel() {
        model = SharpModel.create(16);
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    private static ModelEvaluation.Builder evaluation() {
        return ModelEvaluation.builder().model(model).tokenizer(BYTES);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json                                                 | malformed JSON",
                "[1]                                                      | Expected BEGIN_OBJECT",
                "{\"choices\": [\"a\", \"b\"], \"answer\": 0}             | there is no \"question\"",
                "{\"question\": \"q\", \"answer\": 0}                     | at least two \"choices\", not 0",
                "{\"question\": \"q\", \"choices\": [\"a\"], \"answer\": 0} | at least two \"choices\", not 1",
                "{\"question\": \"q\", \"choices\": [\"a\", \"\"], \"answer\": 0} | choice 1 is empty",
                "{\"question\": \"q\", \"choices\": [\"a\", 2], \"answer\": 0} | a NUMBER where a text should be, at $.choices[1]",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"]}       | there is no \"answer\"",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 2} | the answer 2 is none of the 2 choices",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": -1} | the answer -1 is none",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": \"C\"} | the answer C is none",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": \"maybe\"} | the answer maybe is none",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 0.5} | Expected an int",
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 0} {} | malformed JSON",
            })
    void badQuestionIsNamedByFileAndLineBeforeAnythingIsScored(String line, String problem) throws IOException {
        Path questions = file("exam.jsonl", GOOD + line.strip() + "\n" + GOOD);
        Path empty = file("empty.txt", ""); // would be complained of if scoring had begun

        assertThatThrownBy(() -> evaluation()
                        .text("empty", Corpus.of(empty))
                        .questions("exam", questions)
                        .build()
                        .run())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(questions + ":2: ")
                .hasMessageContaining(problem)
                .hasMessageContaining("A line is {\"question\"");
    }

    @Test
    void questionsThatAreNotUtf8AreNamedByLine() throws IOException {
        Path questions = Files.write(
                directory.resolve("latin.jsonl"),
                (GOOD + GOOD.replace("q\"", "ü\"")).getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(
                        () -> evaluation().questions("exam", questions).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(questions + ":2: not UTF-8");
    }

    @Test
    void choiceLongerThanTheModelIsNamedByLine() throws IOException {
        Path questions = file("exam.jsonl", GOOD + GOOD.replace("\"b\"", "\"" + "b".repeat(16) + "\""));

        assertThatThrownBy(
                        () -> evaluation().questions("exam", questions).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(questions + ":2: choice 1 has 17 tokens");
    }

    @Test
    void fileWithoutQuestionsOrTextIsRefused() throws IOException {
        Path blank = file("blank.jsonl", "\n\n");

        assertThatThrownBy(() -> evaluation().questions("exam", blank).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(blank + " holds no question");
        assertThatThrownBy(() ->
                        evaluation().text("news", Corpus.of(blank)).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no text to evaluate on in news");
        Path empty = file("empty.txt", "");
        assertThatThrownBy(() ->
                        evaluation().text("news", Corpus.of(empty)).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty + ":1: the document is empty");
        Path noTokens = file("val.bin", "");
        assertThatThrownBy(() -> evaluation().tokens("val", noTokens).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(noTokens + " is empty");
        Path missing = directory.resolve("missing.jsonl");
        assertThatThrownBy(() -> evaluation().questions("exam", missing).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void tokenizerThatDoesNotFitIsRefused() throws IOException {
        GptConfig narrow =
                GptConfig.builder().depth(1).vocabSize(200).sequenceLength(16).build();
        Path text = file("a.txt", "a");
        try (Gpt small = Gpt.create(narrow, Device.cpu(), seed(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ModelEvaluation.builder()
                            .model(small)
                            .tokenizer(BYTES)
                            .text("a", Corpus.of(text))
                            .build())
                    .withMessageContaining("263");
        }

        Path tokens = Files.write(directory.resolve("val.bin"), new byte[64]);
        file("meta.json", "{\"vocab_size\": 32768}");
        assertThatThrownBy(() -> evaluation().tokens("val", tokens).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("made with a tokenizer of 32768 tokens");
        Files.delete(directory.resolve("meta.json"));
        Files.write(tokens, new byte[] {1, 0, (byte) 0xFF, 1});
        assertThatThrownBy(() -> evaluation().tokens("val", tokens).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds token 511 at position 1");
    }

    @Test
    void incompleteBuilderSaysWhatIsMissing() throws IOException {
        Path text = file("a.txt", "a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelEvaluation.builder().prompt("a").build())
                .withMessageContaining("model");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluation().build())
                .withMessageContaining("nothing to evaluate on");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelEvaluation.builder()
                        .model(model)
                        .text("a", Corpus.of(text))
                        .build())
                .withMessageContaining("tokenizer");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> evaluation().text("a", Corpus.of(text)).stride(17).build())
                .withMessageContaining("stride must be from 1 to 16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluation().prompt("a").questionPrompt("?").build())
                .withMessageContaining("{question}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluation().text("a", Corpus.of(text)).text("a", Corpus.of(text)))
                .withMessageContaining("two domains a");
    }

    @Test
    void modelOfDamagedWeightsHasNoPerplexity() throws IOException {
        Path text = file("a.txt", "abc");
        Path questions = file("exam.jsonl", GOOD);
        try (Gpt damaged = SharpModel.create(16)) {
            try (NoGradGuard noGrad = new NoGradGuard();
                    PointerScope scope = new PointerScope()) {
                damaged.parameter("final_norm.weight").fill_(new Scalar(Double.NaN));
            }
            ModelEvaluation.Builder evaluation =
                    ModelEvaluation.builder().model(damaged).tokenizer(BYTES);
            assertThatThrownBy(
                            () -> evaluation.text("a", Corpus.of(text)).build().run())
                    .isInstanceOf(NonFiniteException.class);
            assertThatThrownBy(() -> ModelEvaluation.builder()
                            .model(damaged)
                            .tokenizer(BYTES)
                            .questions("exam", questions)
                            .build()
                            .run())
                    .isInstanceOf(NonFiniteException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptedEvaluationEndsAndLeavesTheFlag(boolean ofText) throws IOException {
        ModelEvaluation.Builder evaluation = evaluation();
        if (ofText) {
            evaluation.text("a", Corpus.of(file("a.txt", "a")));
        } else {
            evaluation.tokens("val", Files.write(directory.resolve("val.bin"), new byte[64]));
        }

        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(evaluation.build()::run).isInstanceOf(CancelledException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rowsTooShortToForetellAnythingAreRefused(int rowLength) throws IOException {
        Path tokens = Files.write(directory.resolve("val.bin"), new byte[64]);
        file("meta.json", "{\"seq_len\": " + rowLength + "}");

        assertThatThrownBy(() -> evaluation().tokens("val", tokens).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rows of " + rowLength + " tokens");
    }
}
