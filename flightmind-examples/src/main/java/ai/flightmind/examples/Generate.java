package ai.flightmind.examples;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.generation.Completion;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.generation.TextStream;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues prompts with a trained model, and shows each completion as it is drawn. */
@Command(
        name = "Generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Continues prompts with a trained model.")
public final class Generate implements Runnable {
    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "may be given several times; default: each line of the standard input",
            showDefaultValue = Visibility.NEVER)
    private List<String> prompts = List.of();

    @Option(names = "--whole-input", description = "the standard input is one prompt, line breaks and all")
    private boolean wholeInput;

    @Option(names = "--special-tokens", description = "<|user|> in a prompt is the token, not its spelling")
    private boolean specialTokens;

    @Mixin
    private final GenerationFlags flags = new GenerationFlags();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "prompts to continue side by side; with 1 each is shown as it is drawn")
    private int batchSize = 1;

    @Option(names = "--json", description = "a line of JSON for each prompt, when it is done")
    private boolean json;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    private final CompletionPrinter printer = new CompletionPrinter();
    private long tokens;
    private long nanos;

    public static void main(String[] args) {
        System.exit(Commands.execute(new Generate(), args));
    }

    @Override
    public void run() {
        if (wholeInput && !prompts.isEmpty()) {
            throw new IllegalArgumentException("Give either --prompt or --whole-input");
        }
        flags.from(0); // what cannot be is said before a model is read
        compute.setThreads();
        try (Tokenizer tokenizer = model.openTokenizer();
                Gpt gpt = model.load(tokenizer, compute.device())) {
            Generator.Builder generator = Generator.builder()
                    .model(gpt)
                    .tokenizer(tokenizer)
                    .batchSize(batchSize)
                    .specialTokensInPrompts(specialTokens);
            compute.precision().ifPresent(generator::precision);
            continueAll(generator.build());
        }
    }

    private void continueAll(Generator generator) {
        Iterator<String> source = prompts.isEmpty() ? new PromptInput(System.in, wholeInput) : prompts.iterator();
        if (!source.hasNext()) {
            throw new IllegalArgumentException("There is no prompt: give --prompt, or lines on the standard input");
        }
        long done = 0;
        while (!printer.isCutOff() && source.hasNext()) {
            List<String> some = new ArrayList<>();
            do {
                some.add(source.next());
            } while (some.size() < batchSize && source.hasNext());
            Generation generation = flags.from(done);
            if (some.size() == 1 && !json) {
                stream(generator, some.get(0), generation);
            } else {
                complete(generator, some, generation);
            }
            done += some.size();
        }
        if (!printer.isCutOff()) {
            double seconds = nanos / 1e9;
            System.err.printf(Locale.ROOT, "%,d prompts, %,d tokens, %.1f tok/s%n", done, tokens, tokens / seconds);
        }
    }

    private void stream(Generator generator, String prompt, Generation generation) {
        long begin = System.nanoTime();
        printer.begin(prompt);
        try (TextStream stream = generator.stream(prompt, generation)) {
            for (String piece : stream) {
                printer.add(piece);
                if (printer.isCutOff()) {
                    return;
                }
            }
            count(List.of(stream.completion()), begin);
        }
        printer.end();
    }

    private void complete(Generator generator, List<String> some, Generation generation) {
        long begin = System.nanoTime();
        List<Completion> completions = generator.complete(some, generation);
        count(completions, begin);
        for (int i = 0; i < some.size(); i++) {
            if (json) {
                printer.printJson(some.get(i), completions.get(i));
            } else {
                printer.printText(some.get(i), completions.get(i));
            }
        }
    }

    private void count(List<Completion> completions, long begin) {
        nanos += System.nanoTime() - begin;
        completions.forEach(completion -> tokens += completion.ids().size());
    }
}
