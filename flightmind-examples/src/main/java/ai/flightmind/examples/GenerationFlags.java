package ai.flightmind.examples;

import ai.flightmind.model.Seed;
import ai.flightmind.model.generation.Generation;
import java.util.List;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** How to continue a prompt, as flags. */
final class GenerationFlags {
    @Option(names = "--max-tokens", paramLabel = "N", description = "to add at most")
    private int maxTokens = 256;

    @Option(names = "--temperature", description = "divides the logits; 0 for the likeliest token, always")
    private double temperature = 1;

    @Option(names = "--top-k", paramLabel = "K", description = "draw among the K likeliest tokens; 0 for all")
    private int topK;

    @Option(names = "--top-p", paramLabel = "P", description = "draw among the likeliest that together reach P")
    private double topP = 1;

    @Option(names = "--repetition-penalty", paramLabel = "X", description = "1 for none; 1.1 to 1.3 is usual")
    private double repetitionPenalty = 1;

    @Option(
            names = "--no-repeat-ngram",
            paramLabel = "N",
            description = "never the same N tokens in a row twice; 0 to allow it")
    private int noRepeatNgram;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "end before it; may be given several times",
            showDefaultValue = Visibility.NEVER)
    private List<String> stop = List.of();

    @Option(names = "--ignore-end-of-text", description = "go on with the next document")
    private boolean ignoreEndOfText;

    @Option(names = "--window-step", paramLabel = "N", description = "tokens by which a window moves that is full")
    private int windowStep = 1;

    @Option(names = "--seed", description = "of the first prompt's draws; the next one's is one more")
    private long seed;

    /** For the prompt of a number, counted from 0, and those after it. */
    Generation from(long number) {
        return Generation.builder()
                .maxNewTokens(maxTokens)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .repetitionPenalty(repetitionPenalty)
                .noRepeatNgram(noRepeatNgram)
                .stopStrings(stop)
                .ignoreEndOfText(ignoreEndOfText)
                .windowStep(windowStep)
                .seed(new Seed(seed + number))
                .build();
    }
}
