package ai.flightmind.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Inference;
import ai.flightmind.model.Precision;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.evaluation.QuestionFile.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultipleChoiceTest {
    private static final Tokenizer BYTES = Tokenizer.bytes();
    private static final int LENGTH = 48;

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Gpt model;

    @BeforeAll
    static void makeModel() {
        model = SharpModel.create(LENGTH);
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    private static double[][] scores(Tokenizer tokenizer, String prompt, String delimiter, Question... questions) {
        try (Inference inference = model.inference(Precision.FP32)) {
            return new ChoiceScorer(inference, tokenizer, prompt, delimiter, 3).logLikelihoods(List.of(questions));
        }
    }

    private static Question question(String question, String... choices) {
        return new Question("q.jsonl:1", question, List.of(choices), 0);
    }

    /** The sum of the last tokens' log-probabilities, each from a pass of its own. */
    private static double plain(int[] tokens, int scored) {
        double sum = 0;
        for (int target = tokens.length - scored; target < tokens.length; target++) {
            int[] context = Arrays.copyOfRange(tokens, Math.max(0, tokens.length - 1 - LENGTH), target);
            sum += SharpModel.logProbability(model, context, tokens[target]);
        }
        return sum;
    }

    @Test
    void choiceScoresWhatAPlainComputationGives() {
        double[][] scores = scores(
                BYTES,
                "Q: {question}\nA:",
                " ",
                question("Which way?", "left", "straight on"),
                question("Ü?", "é", "no"));

        assertThat(scores[0][0]).isCloseTo(plain(BYTES.encode("Q: Which way?\nA: left"), 5), within(1e-4));
        assertThat(scores[0][1]).isCloseTo(plain(BYTES.encode("Q: Which way?\nA: straight on"), 12), within(1e-4));
        assertThat(scores[1][0]).isCloseTo(plain(BYTES.encode("Q: Ü?\nA: é"), 3), within(1e-4));
        assertThat(scores[1][1]).isCloseTo(plain(BYTES.encode("Q: Ü?\nA: no"), 3), within(1e-4));
    }

    @Test
    void promptTooLongForTheModelLosesItsBeginning() {
        String question = "The tower has said this at great length, and said it again. Who has?";

        double[][] scores = scores(BYTES, "{question}", " ", question(question, "tower", "radio"));

        assertThat(scores[0][0]).isCloseTo(plain(BYTES.encode(question + " tower"), 6), within(1e-4));
        assertThat(scores[0][1]).isCloseTo(plain(BYTES.encode(question + " radio"), 6), within(1e-4));
    }

    @Test
    void spaceBehindThePromptBelongsToTheChoice() {
        Question question = question("Who?", "tower", "radio");

        assertThat(scores(BYTES, "{question} ", "", question)[0])
                .containsExactly(scores(BYTES, "{question}", " ", question)[0]);
    }

    @Test
    void emptyPromptIsTheBeginningOfADocument() {
        int[] tokens = BYTES.encode("?up");
        tokens[0] = BYTES.endOfText().orElseThrow();

        double[][] scores = scores(BYTES, "{question}", "", question("", "up", "down"));

        assertThat(scores[0][0]).isCloseTo(plain(tokens, 2), within(1e-4));
    }

    /** Where a token spans the edge, the choice has what the whole has behind as many tokens as the prompt has alone. */
    @Test
    void tokenAcrossTheEdgeIsCountedAsTheHarnessDoes() {
        Path file = directory.resolve("tokenizer.json");
        BpeTrainer.builder()
                .vocabSize(BYTES.vocabSize() + 3)
                .build()
                .train(Stream.of("to", "to", "to", "towe", "towe"))
                .write(file);
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            int[] prompt = tokenizer.encode("to");
            int[] whole = tokenizer.encode("tower");
            assertThat(prompt).hasSize(1);
            assertThat(whole).as("towe, r").hasSize(2);

            double[][] scores = scores(tokenizer, "{question}", "", question("to", "wer", "r"));

            assertThat(scores[0][0]).isCloseTo(plain(new int[] {prompt[0], whole[1]}, 1), within(1e-4));
        }
    }

    @Test
    void accuraciesAreOfTheBestChoicesByLogLikelihoodPerLength() throws IOException {
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<String> choices = List.of(
                    "é".repeat(1 + random.nextInt(4)),
                    "a".repeat(1 + random.nextInt(9)),
                    "€" + "b".repeat(random.nextInt(7)),
                    "cd".repeat(1 + random.nextInt(3)));
            int answer = random.nextInt(4);
            questions.add(new Question("", "Q" + i, choices, answer));
            lines.add("{\"question\": \"Q" + i + "\", \"choices\": [\"" + String.join("\", \"", choices)
                    + "\"], \"answer\": " + answer + "}");
        }
        Path file = Files.write(directory.resolve("questions.jsonl"), lines);

        MultipleChoice measured = ModelEvaluation.builder()
                .model(model)
                .tokenizer(BYTES)
                .questions("letters", file)
                .batchSize(7)
                .build()
                .run()
                .multipleChoices()
                .get(0);

        assertThat(measured.questions()).isEqualTo(40);
        assertThat(measured.acc().share()).isEqualTo(plainAccuracy(questions, choice -> 1));
        assertThat(measured.accNorm().share()).isEqualTo(plainAccuracy(questions, String::length));
        assertThat(measured.accBytes().share())
                .isEqualTo(plainAccuracy(questions, choice -> choice.getBytes(StandardCharsets.UTF_8).length));
        assertThat(List.of(
                        measured.acc().share(),
                        measured.accNorm().share(),
                        measured.accBytes().share()))
                .as("the three differ here, or this would show nothing")
                .doesNotHaveDuplicates();
    }

    private static double plainAccuracy(List<Question> questions, ToDoubleFunction<String> length) {
        int right = 0;
        for (Question question : questions) {
            List<Double> scores = question.choices().stream()
                    .map(choice -> plain(
                                    BYTES.encode("Question: " + question.question() + "\nAnswer: " + choice),
                                    BYTES.encode(choice).length + 1)
                            / length.applyAsDouble(choice))
                    .toList();
            right += scores.indexOf(Collections.max(scores)) == question.answer() ? 1 : 0;
        }
        return (double) right / questions.size();
    }

    @Test
    void standardErrorIsTheSamplesDeviationOverTheRoot() {
        // Of 1, 1, 1, 0: the squares of the deviations sum up to 3/4.
        assertThat(MultipleChoice.Accuracy.of(3, 4).standardError())
                .isCloseTo(Math.sqrt(0.75 / 3) / Math.sqrt(4), within(1e-12));
        assertThat(MultipleChoice.Accuracy.of(1, 1).standardError()).isNaN();
    }

    @Test
    void answerIsANumberALetterOrAText() throws IOException {
        Path file = Files.writeString(directory.resolve("answers.jsonl"), """
                {"question": "1", "choices": ["x", "y", "z"], "answer": 2}
                {"question": "2", "choices": ["x", "y", "z"], "answer": "C"}

                {"question": "3", "choices": ["x", "y", "z"], "answer": "z", "source": "made up"}
                {"question": "4", "choices": ["C", "y", "A"], "answer": "A"}
                """);

        assertThat(QuestionFile.read(file)).extracting(Question::answer).containsExactly(2, 2, 2, 2);
        assertThat(QuestionFile.read(file).get(2).place()).isEqualTo(file + ":4");
    }
}
