package ai.flightmind.examples;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Seed;
import ai.flightmind.model.chat.ChatEncoder;
import ai.flightmind.model.chat.ChatMessage;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.tokenizer.SpecialTokens;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.chat.ChatDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Conversations, and how they become tokens, as flags. */
final class ConversationFlags {
    private static final int ANSWER_TOKENS = 200;

    @Parameters(
            paramLabel = "FILE",
            description = "JSON lines: {\"messages\": [{\"role\": \"user\", \"content\": \"…\"}, …]}, or"
                    + " {\"prompt\": \"…\", \"response\": \"…\"}")
    private Path file = Path.of("");

    @Option(names = "--system", paramLabel = "TOKEN", description = "stands before a system message")
    private String system = SpecialTokens.SYSTEM;

    @Option(names = "--user", paramLabel = "TOKEN", description = "stands before what the user says")
    private String user = SpecialTokens.USER;

    @Option(names = "--assistant", paramLabel = "TOKEN", description = "stands before what the assistant says")
    private String assistant = SpecialTokens.ASSISTANT;

    @Option(names = "--end-of-turn", paramLabel = "TOKEN", description = "stands after each message")
    private String endOfTurn = SpecialTokens.END_OF_TURN;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "conversations to evaluate on; default: some of FILE",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path validation;

    @Option(names = "--held-out", paramLabel = "SHARE", description = "of FILE to evaluate on")
    private double heldOut = 0.01;

    @Option(names = "--seq-len", description = "tokens per row; a longer conversation loses its end")
    private int sequenceLength = 512;

    @Option(names = "--packed", description = "several conversations per row")
    private boolean packed;

    @Option(names = "--ask", paramLabel = "TEXT", description = "what to ask the model before and after; repeatable")
    private List<String> questions = List.of();

    /** What the flags name, read. */
    ChatDataset dataset(Tokenizer tokenizer, Seed seed) {
        ChatDataset.Builder data = ChatDataset.builder()
                .conversations(file)
                .tokenizer(tokenizer)
                .template(template())
                .sequenceLength(sequenceLength)
                .heldOut(heldOut)
                .seed(seed);
        if (validation != null) {
            data.validation(validation);
        }
        return (packed ? data.packed() : data).build();
    }

    private ChatTemplate template() {
        return new ChatTemplate(system, user, assistant, endOfTurn);
    }

    /** Prints each question and what the model says to it. */
    void ask(Gpt model, Tokenizer tokenizer) {
        ChatEncoder encoder = new ChatEncoder(template(), tokenizer);
        Generation generation = Generation.greedy(ANSWER_TOKENS).toBuilder()
                .stopTokens(Set.of(encoder.endOfTurn()))
                .build();
        Generator generator =
                Generator.builder().model(model).tokenizer(tokenizer).build();
        for (String question : questions) {
            int[] prompt = encoder.prompt(List.of(ChatMessage.user(question)));
            String answer = generator.completeTokens(prompt, generation).text();
            System.out.printf(Locale.ROOT, "> %s%n  %s%n", question, answer);
        }
    }
}
