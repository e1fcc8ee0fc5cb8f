package ai.flightmind.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerplexityTest {
    private static final Tokenizer BYTES = Tokenizer.bytes();
    private static final int END_OF_TEXT = BYTES.endOfText().orElseThrow();
    private static final int LENGTH = 16;
    private static final String LONG = "Wind two seven zero at one five knots, Übergang 5.000 — cleared.";
    private static final String SHORT = "QNH 1013";

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

    private static ModelEvaluation.Builder evaluation() {
        return ModelEvaluation.builder().model(model).tokenizer(BYTES);
    }

    private static Perplexity only(ModelEvaluation.Builder evaluation) {
        return evaluation.build().run().perplexities().get(0);
    }

    /** Target by target, each from a pass of its own over what the definition of the stride lets it see. */
    private static double plainNats(int[] sequence, int stride) {
        int targets = sequence.length - 1;
        double nats = 0;
        for (int target = 1; target <= targets; target++) {
            int windowEnd = LENGTH;
            while (windowEnd < target) {
                windowEnd += stride;
            }
            int begin = Math.max(0, Math.min(windowEnd, targets) - LENGTH);
            int[] context = Arrays.copyOfRange(sequence, begin, target);
            nats -= SharpModel.logProbability(model, context, sequence[target]);
        }
        return nats;
    }

    private static int[] document(String text) {
        int[] ids = BYTES.encode(text);
        int[] sequence = new int[ids.length + 1];
        sequence[0] = END_OF_TEXT;
        System.arraycopy(ids, 0, sequence, 1, ids.length);
        return sequence;
    }

    private Corpus documents() throws IOException {
        return Corpus.of(Files.writeString(
                directory.resolve("some.jsonl"), "{\"text\": \"" + LONG + "\"}\n{\"text\": \"" + SHORT + "\"}\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8, 16})
    void documentsScoreWhatAPlainComputationGives(int stride) throws IOException {
        Perplexity measured =
                only(evaluation().text("radio", documents()).stride(stride).batchSize(3));

        double plain = plainNats(document(LONG), stride) + plainNats(document(SHORT), stride);
        assertThat(measured.nats()).isCloseTo(plain, within(1e-5 * plain));
        assertThat(measured.tokens()).isEqualTo(BYTES.encode(LONG).length + BYTES.encode(SHORT).length);
        assertThat(measured.bytes()).isEqualTo((LONG + SHORT).getBytes(StandardCharsets.UTF_8).length);
        assertThat(measured.words()).isEqualTo(LONG.split("\\s+").length + SHORT.split("\\s+").length);
    }

    @Test
    void strideMattersToTheModelOfTheseTests() throws IOException {
        double finest = only(evaluation().text("radio", documents()).stride(1)).nats();
        double coarsest =
                only(evaluation().text("radio", documents()).stride(LENGTH)).nats();

        assertThat(Math.abs(finest - coarsest)).isGreaterThan(1e-3 * finest);
    }

    @Test
    void defaultStrideIsHalfTheSequenceLength() throws IOException {
        double byDefault = only(evaluation().text("radio", documents())).nats();

        assertThat(byDefault)
                .isEqualTo(only(evaluation().text("radio", documents()).stride(LENGTH / 2))
                        .nats());
    }

    @Test
    void batchSizeChangesNothing() throws IOException {
        double one = only(evaluation().text("radio", documents()).batchSize(1)).nats();
        double many =
                only(evaluation().text("radio", documents()).batchSize(64)).nats();

        assertThat(one).isCloseTo(many, within(1e-6 * one));
    }

    @Test
    void documentLargerThanAPieceIsOneSequence() throws IOException {
        String sentence = "Climb flight level three five zero. ";
        String text = sentence.repeat((300 << 10) / sentence.length());
        Corpus large = Corpus.of(Files.writeString(directory.resolve("large.txt"), text));

        Perplexity measured =
                only(evaluation().text("large", large).stride(LENGTH).batchSize(64));

        assertThat(measured.tokens()).isEqualTo(text.length());
        assertThat(measured.words()).isEqualTo(text.split(" ").length);
        int[] sequence = document(text);
        double plain = 0;
        for (int from = 0; from < 4 * LENGTH; from += LENGTH) {
            plain += plainNats(Arrays.copyOfRange(sequence, from, from + LENGTH + 1), LENGTH);
        }
        // Few of its windows differ: each is one of the places at which the sentence can be cut.
        assertThat(measured.loss()).isCloseTo(plain / (4 * LENGTH), within(0.2 * measured.loss()));
    }

    @Test
    void skippedDocumentsAreNotScored() throws IOException {
        Path untidy = Files.writeString(
                directory.resolve("untidy.jsonl"),
                "{\"text\": \"" + LONG + "\"}\nbroken\n{\"text\": \"" + SHORT + "\"}\n");

        Perplexity measured = only(evaluation()
                .text(
                        "radio",
                        Corpus.builder().add(untidy).skipBadDocuments(true).build()));

        assertThat(measured.nats())
                .isEqualTo(only(evaluation().text("radio", documents())).nats());
    }

    private Path tokenFile(List<int[]> rows) throws IOException {
        int rowLength = rows.get(0).length;
        ByteBuffer bytes = ByteBuffer.allocate(2 * rowLength * rows.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] row : rows) {
            for (int id : row) {
                bytes.putShort((short) id);
            }
        }
        Path folder = Files.createDirectories(directory.resolve("rows-" + System.nanoTime()));
        Files.writeString(folder.resolve("meta.json"), "{\"seq_len\": " + rowLength + ", \"vocab_size\": 263}");
        return Files.write(folder.resolve("val.bin"), bytes.array());
    }

    private static List<int[]> rows(int rowLength, int count) {
        Random random = new Random(7);
        List<int[]> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            rows.add(random.ints(rowLength, 7 + 'a', 7 + 'z').toArray());
        }
        rows.get(0)[2] = END_OF_TEXT;
        return rows;
    }

    @ParameterizedTest
    @CsvSource({"5, 70", "17, 20", "40, 10"})
    void windowsStayWithinARowOfATokenFile(int rowLength, int count) throws IOException {
        List<int[]> rows = rows(rowLength, count);

        Perplexity measured = only(evaluation().tokens("val", tokenFile(rows)).stride(4));

        double plain = rows.stream().mapToDouble(row -> plainNats(row, 4)).sum();
        assertThat(measured.nats()).isCloseTo(plain, within(1e-5 * plain));
        assertThat(measured.tokens()).isEqualTo((long) count * (rowLength - 1));
        assertThat(measured.bytes()).as("without the end mark").isEqualTo((long) count * (rowLength - 1) - 1);
        assertThat(measured.words()).isEqualTo(count + 1);
    }

    @Test
    void orderOfRowsIsOfNoConsequence() throws IOException {
        List<int[]> rows = rows(24, 40);
        double inOrder = only(evaluation().tokens("val", tokenFile(rows))).nats();
        Collections.shuffle(rows, new Random(1));

        assertThat(only(evaluation().tokens("val", tokenFile(rows))).nats()).isCloseTo(inOrder, within(1e-6 * inOrder));
    }

    @Test
    void tokenFileNeedsNoTokenizerAndThenHasNoBytes() throws IOException {
        Path file = tokenFile(rows(24, 3));

        EvaluationReport report = ModelEvaluation.builder()
                .model(model)
                .tokens("val", file)
                .build()
                .run();

        Perplexity measured = report.perplexities().get(0);
        assertThat(measured.nats())
                .isEqualTo(only(evaluation().tokens("val", file)).nats());
        assertThat(measured.bitsPerByte()).isEmpty();
        assertThat(report.table()).contains("val");
        assertThat(report.json()).contains("\"bits_per_byte\": null");
    }

    @Test
    void figuresFollowFromTheSum() {
        Perplexity measured = new Perplexity("x", 4, 16, 2, 8 * Math.log(2));

        assertThat(measured.loss()).isCloseTo(2 * Math.log(2), within(1e-12));
        assertThat(measured.perToken()).isCloseTo(4, within(1e-12));
        assertThat(measured.perWord().getAsDouble()).isCloseTo(16, within(1e-12));
        assertThat(measured.perByte().getAsDouble()).isCloseTo(Math.sqrt(2), within(1e-12));
        assertThat(measured.bitsPerByte().getAsDouble()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void nativeMemoryIsGivenBack() throws IOException {
        ModelEvaluation evaluation = evaluation()
                .text("radio", documents())
                .tokens("val", tokenFile(rows(24, 3)))
                .prompt("QNH")
                .build();
        evaluation.run();
        long before = Pointer.totalBytes();

        for (int i = 0; i < 5; i++) {
            evaluation.run();
        }

        assertThat(Pointer.totalBytes() - before).isLessThan(1 << 16);
    }
}
