package ai.flightmind.examples;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.evaluation.EvaluationReport;
import ai.flightmind.train.evaluation.ModelEvaluation;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a trained model is worth: perplexities, accuracies, and what it writes. */
@Command(
        name = "Evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures a model's perplexity by domain and its answers to multiple-choice questions,"
                + " and has it continue prompts.")
public final class Evaluate implements Runnable {
    private static final String TOKENS = ".bin";

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Option(
            names = "--data",
            paramLabel = "[NAME=]PATH",
            description =
                    "a domain to measure the perplexity on: JSON lines, text, a directory of them, or a token file"
                            + " (.bin); may be given several times",
            showDefaultValue = Visibility.NEVER)
    private List<String> data = List.of();

    @Mixin
    private final CorpusFlags corpus = new CorpusFlags();

    @Option(
            names = "--stride",
            paramLabel = "TOKENS",
            description = "by which a window is moved on; default: half the model's sequence length",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer stride;

    @Option(
            names = "--questions",
            paramLabel = "[NAME=]FILE",
            description = "JSON lines of question, choices and answer; may be given several times",
            showDefaultValue = Visibility.NEVER)
    private List<String> questions = List.of();

    @Option(
            names = "--question-prompt",
            paramLabel = "TEXT",
            description =
                    "what the model reads before a choice; default: 'Question: {question}', a new line, 'Answer:'",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String questionPrompt;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "to be continued; may be given several times",
            showDefaultValue = Visibility.NEVER)
    private List<String> prompts = List.of();

    @Mixin
    private final GenerationFlags generation = new GenerationFlags();

    @Option(names = "--batch-size", paramLabel = "N", description = "sequences to read side by side")
    private int batchSize = 8;

    @Option(names = "--json", paramLabel = "FILE", description = "where the report goes, for programs")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "where the report goes, as a page")
    private @Nullable Path html;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    public static void main(String[] args) {
        System.exit(Commands.execute(new Evaluate(), args));
    }

    @Override
    public void run() {
        ModelEvaluation.Builder evaluation = ModelEvaluation.builder()
                .title(model.name())
                .batchSize(batchSize)
                .generation(generation.from(0));
        data.stream().map(Named::parse).forEach(each -> add(evaluation, each));
        questions.stream().map(Named::parse).forEach(each -> evaluation.questions(each.name(), each.path()));
        prompts.forEach(evaluation::prompt);
        if (stride != null) {
            evaluation.stride(stride);
        }
        if (questionPrompt != null) {
            evaluation.questionPrompt(questionPrompt);
        }
        compute.setThreads();
        try (Tokenizer tokenizer = model.openTokenizer();
                Gpt gpt = model.load(tokenizer, compute.device())) {
            evaluation.model(gpt).tokenizer(tokenizer);
            compute.precision().ifPresent(evaluation::precision);
            write(evaluation.build().run());
        }
    }

    private void add(ModelEvaluation.Builder evaluation, Named domain) {
        if (domain.path().toString().endsWith(TOKENS)) {
            evaluation.tokens(domain.name(), domain.path());
        } else {
            evaluation.text(domain.name(), corpus.corpus().add(domain.path()).build());
        }
    }

    private void write(EvaluationReport report) {
        System.out.print(report.table());
        if (json != null) {
            report.writeJson(json);
        }
        if (html != null) {
            report.writeHtml(html);
        }
    }

    /** A file, and what the report calls it: what is said before the first =, or else the file's name. */
    private record Named(String name, Path path) {
        static Named parse(String flag) {
            int equals = flag.indexOf('=');
            if (equals > 0) {
                return new Named(flag.substring(0, equals), Path.of(flag.substring(equals + 1)));
            }
            Path path = Path.of(flag);
            return new Named(String.valueOf(path.getFileName()), path);
        }
    }
}
