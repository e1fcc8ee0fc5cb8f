package ai.flightmind.train.callback;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.generation.Completion;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Lets the model write after each evaluation, so that one can read what it has learned. The draws have a seed of their own:
 * what the model learns is the same with and without. The time it takes is training's; on several ranks the others wait.
 *
 * <pre>{@code
 * .callback(TextSamples.of(model, tokenizer, List.of("METAR EDDF"), Generation.greedy(64), tensorBoard::onSample))
 * }</pre>
 */
public final class TextSamples implements TrainingCallback {
    private final Generator generator;
    private final List<String> prompts;
    private final Generation generation;
    private final SampleListener listener;

    private TextSamples(Generator generator, List<String> prompts, Generation generation, SampleListener listener) {
        this.generator = generator;
        this.prompts = List.copyOf(prompts);
        this.generation = generation;
        this.listener = listener;
    }

    /**
     * Texts from each of these prompts.
     *
     * @throws IllegalArgumentException if a prompt is empty, or has a token that the model does not know
     */
    public static TextSamples of(
            Gpt model, Tokenizer tokenizer, List<String> prompts, Generation generation, SampleListener listener) {
        for (String prompt : prompts) {
            int[] tokens = tokenizer.encodeWithSpecialTokens(prompt);
            int vocabSize = model.config().vocabSize();
            if (tokens.length == 0 || Arrays.stream(tokens).anyMatch(token -> token >= vocabSize)) {
                throw new IllegalArgumentException(
                        "The prompt '" + prompt + "' must be at least one token of the model's" + " vocabulary of "
                                + vocabSize + ", not " + Arrays.toString(tokens));
            }
        }
        Generator generator = Generator.builder()
                .model(model)
                .tokenizer(tokenizer)
                .specialTokensInPrompts(true)
                .build();
        return new TextSamples(generator, prompts, generation, listener);
    }

    @Override
    public void onEvaluation(Evaluation evaluation, StopRequest stop) {
        List<Completion> completions = generator.complete(prompts, generation);
        for (int i = 0; i < prompts.size(); i++) {
            listener.onSample(new Sample(
                    evaluation.step(), prompts.get(i), completions.get(i).text()));
        }
    }
}
