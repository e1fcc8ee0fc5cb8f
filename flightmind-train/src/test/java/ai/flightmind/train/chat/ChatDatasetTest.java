package ai.flightmind.train.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Seed;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatDatasetTest {
    private static final int LENGTH = 24;
    private static final int END_OF_TURN = 3;
    private static final int USER = 5;
    private static final int ASSISTANT = 6;

    private final Tokenizer bytes = Tokenizer.bytes();
    private final Path file;
    private final Path held;

    ChatDatasetTest(@TempDir Path folder) throws IOException {
        file = folder.resolve("chat.jsonl");
        held = Files.writeString(folder.resolve("held.jsonl"), pair("q", "a"));
    }

    @BeforeAll
    static void load() {
        Libtorch.load();
    }

    private static String pair(String prompt, String response) {
        return "{\"prompt\": \"" + prompt + "\", \"response\": \"" + response + "\"}\n";
    }

    private ChatDataset.Builder builder() {
        return ChatDataset.builder()
                .conversations(file)
                .validation(held)
                .tokenizer(bytes)
                .sequenceLength(LENGTH);
    }

    private ChatRows rows(ChatDataset.Builder builder, String... lines) throws IOException {
        Files.writeString(file, String.join("", lines));
        return builder.build().train();
    }

    private static long[] values(Tensor tensor) {
        long[] values = new long[(int) tensor.numel()];
        try (LongPointer memory = new LongPointer(tensor.data_ptr())) {
            memory.get(values);
        }
        return values;
    }

    private static long[] row(ChatRows rows, long number) {
        try (PointerScope scope = new PointerScope()) {
            return values(rows.rows(new long[] {number}, LENGTH));
        }
    }

    /** The ids of a byte. */
    private static long[] text(String ascii) {
        return ascii.chars().mapToLong(c -> 7 + c).toArray();
    }

    private static long[] joined(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
    }

    private static long[] hidden(long... ids) {
        return LongStream.of(ids).map(id -> ~id).toArray();
    }

    @Test
    void rowHoldsTheConversationAndHidesAllButTheAnswer() throws IOException {
        ChatRows rows = rows(builder(), pair("how?", "so."));

        assertThat(row(rows, 0))
                .isEqualTo(joined(
                        hidden(USER),
                        hidden(text("how?")),
                        hidden(END_OF_TURN, ASSISTANT),
                        text("so."),
                        new long[] {END_OF_TURN},
                        hidden(new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})));
        assertThat(rows.targetCount(new long[] {0}, LENGTH)).isEqualTo(4);
        assertThat(rows.isMasked()).isTrue();
    }

    @Test
    void batchReadsEverythingAndAimsAtTheAnswerOnly() throws IOException {
        ChatRows rows = rows(builder(), pair("how?", "so."));
        try (PointerScope scope = new PointerScope()) {
            Batch batch = Batch.ofRows(rows.rows(new long[] {0}, LENGTH), Device.cpu());

            long[] inputs = values(batch.inputs());
            long[] targets = values(batch.targets());
            assertThat(inputs).hasSize(LENGTH - 1).startsWith(joined(new long[] {USER}, text("how?")));
            assertThat(LongStream.of(inputs)).allMatch(id -> id >= 0 && id < bytes.vocabSize());
            List<Integer> aimed = IntStream.range(0, targets.length)
                    .filter(i -> targets[i] >= 0)
                    .boxed()
                    .toList();
            assertThat(aimed).containsExactly(6, 7, 8, 9);
            assertThat(inputs[6]).isEqualTo(ASSISTANT);
            assertThat(targets[6]).isEqualTo(7 + 's');
            assertThat(targets[9]).isEqualTo(END_OF_TURN);
        }
    }

    @Test
    void messagesOfAllRolesAreRead() throws IOException {
        ChatRows rows = rows(
                builder(),
                "{\"id\": 7, \"messages\": [{\"role\": \"system\", \"content\": \"s\", \"weight\": 1},"
                        + " {\"content\": \"u\", \"role\": \"user\"}, {\"role\": \"assistant\", \"content\": \"a\"},"
                        + " {\"role\": \"user\", \"content\": \"v\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n",
                "\n");

        assertThat(row(rows, 0))
                .startsWith(joined(
                        hidden(4, 7 + 's', END_OF_TURN, USER, 7 + 'u', END_OF_TURN, ASSISTANT),
                        new long[] {7 + 'a', END_OF_TURN},
                        hidden(USER, 7 + 'v', END_OF_TURN, ASSISTANT),
                        new long[] {7 + 'b', END_OF_TURN}));
    }

    @Test
    void byteOrderMarkAndMissingLastLineEndAreNoMatter() throws IOException {
        ChatRows rows =
                rows(builder(), "\uFEFF" + pair("q", "a"), pair("r", "b").stripTrailing());

        assertThat(rows.rowCount(LENGTH)).isEqualTo(2);
        assertThat(row(rows, 1)).startsWith(hidden(USER, 7 + 'r'));
    }

    @Test
    void emptyAnswerTeachesToEndTheTurnAtOnce() throws IOException {
        ChatRows rows = rows(builder(), pair("q", ""));

        assertThat(row(rows, 0))
                .startsWith(joined(hidden(USER, 7 + 'q', END_OF_TURN, ASSISTANT), new long[] {END_OF_TURN}));
        assertThat(rows.targetCount(new long[] {0}, LENGTH)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"messages\": [{\"role\": \"user\", \"content\": \"u\"}]} | no answer of the assistant",
                "{\"messages\": [{\"role\": \"tool\", \"content\": \"u\"}]} | no such role at $.messages[0].role: tool",
                "{\"messages\": [{\"role\": \"user\", \"content\": [\"u\"]}]} | a BEGIN_ARRAY where a text should be, at $.messages[0].content",
                "{\"messages\": [{\"role\": \"user\"}]} | a message without a role or content before $.messages[1]",
                "{\"messages\": {}} | $.messages",
                "{\"prompt\": \"p\"} | either messages, or a prompt and a response",
                "{\"text\": \"p\"} | either messages, or a prompt and a response",
                "{\"prompt\": 3, \"response\": \"r\"} | a NUMBER where a text should be, at $.prompt",
                "{\"prompt\": \"p\", \"response\": \"r\" | End of input",
                "{\"prompt\": \"p\", \"response\": \"r\"} {} | malformed JSON at path $",
                "[1] | BEGIN_ARRAY"
            })
    void lineThatIsNoConversationIsNamed(String line, String why) {
        assertThatThrownBy(() -> rows(builder(), pair("q", "a"), line + "\n"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ":2: ")
                .hasMessageContaining(why);
    }

    @Test
    void fileThatCannotBeReadIsNamed() throws IOException {
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString());
        byte[] latin = (pair("q", "a") + pair("é", "a")).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, latin);
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ":2: not UTF-8");
        Files.writeString(file, "");
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("too few conversations");
    }

    @Test
    void longConversationLosesItsEndOrIsLeftOut() throws IOException {
        ChatRows rows = rows(
                builder(),
                pair("short", "one"),
                pair("q", "an answer that is longer than a row"),
                pair("a question that is longer than a row", "never seen"));

        assertThat(rows.statistics()).isEqualTo(new ChatStatistics(2, 1, 1, 2, 12 + 24, 4 + 20));
        assertThat(row(rows, 1)).endsWith(text("an answer that is lo"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void packedRowsHoldEachConversationWholeAndOnce(int seed) throws IOException {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String question = "x".repeat(random.nextInt(9));
            String answer = "y".repeat(1 + random.nextInt(9));
            lines.add(pair(question, answer));
            expected.add(question + ">" + answer);
        }
        ChatRows packed = rows(builder().packed(), lines.toArray(String[]::new));
        ChatRows padded = rows(builder(), lines.toArray(String[]::new));

        List<String> found = new ArrayList<>();
        for (long number = 0; number < packed.rowCount(LENGTH); number++) {
            StringBuilder text = new StringBuilder();
            for (long token : row(packed, number)) {
                long id = Math.max(token, ~token);
                text.append(
                        switch ((int) id) {
                            case 0 -> "|"; // between documents
                            case 1, END_OF_TURN, USER -> "";
                            case ASSISTANT -> ">";
                            default -> "" + (char) (id - 7);
                        });
            }
            found.addAll(List.of(text.toString().split("\\|")));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        long[] all = LongStream.range(0, packed.rowCount(LENGTH)).toArray();
        assertThat(packed.targetCount(all, LENGTH))
                .isEqualTo(packed.statistics().learnedTokens());
        assertThat(packed.statistics().learnedTokens())
                .isEqualTo(padded.statistics().learnedTokens());
        assertThat(padded.rowCount(LENGTH)).isEqualTo(60);
        assertThat(packed.rowCount(LENGTH)).isLessThan(45);
        assertThat(packed.statistics().fill(LENGTH)).isGreaterThan(0.75);
    }

    @Test
    void someConversationsAreHeldOutByTheSeed() throws IOException {
        String[] lines =
                IntStream.range(0, 50).mapToObj(i -> pair("q" + i, "a" + i)).toArray(String[]::new);
        Files.writeString(file, String.join("", lines));
        ChatDataset.Builder builder = ChatDataset.builder()
                .conversations(file)
                .tokenizer(bytes)
                .sequenceLength(LENGTH)
                .heldOut(0.1);

        ChatDataset data = builder.build();
        ChatDataset same = builder.build();
        ChatDataset other = builder.seed(new Seed(1)).build();

        assertThat(data.train().rowCount(LENGTH)).isEqualTo(45);
        assertThat(data.validation().rowCount(LENGTH)).isEqualTo(5);
        assertThat(row(data.validation(), 0))
                .isEqualTo(row(same.validation(), 0))
                .isNotEqualTo(row(other.validation(), 0));
        assertThat(builder.heldOut(0.001).build().validation().rowCount(LENGTH)).isEqualTo(1);
    }

    @Test
    void settingsThatCannotBeAreRefused() throws IOException {
        Files.writeString(file, pair("q", "a"));
        assertThatThrownBy(() -> ChatDataset.builder().build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().sequenceLength(1).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().heldOut(1).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder()
                        .template(ChatTemplate.builder().endOfTurn("<|end|>").build())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<|end|>");
        ChatRows rows = builder().build().train();
        assertThatThrownBy(() -> rows.rowCount(LENGTH + 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rows of 24 tokens, not of 25");
        assertThatThrownBy(() -> rows.requireTokensBelow(100))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("gave token");
        rows.requireTokensBelow(bytes.vocabSize());
    }
}
