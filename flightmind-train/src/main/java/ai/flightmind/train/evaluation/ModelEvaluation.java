package ai.flightmind.train.evaluation;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Inference;
import ai.flightmind.model.Precision;
import ai.flightmind.model.generation.Completion;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.data.DatasetMeta;
import ai.flightmind.train.data.TokenFile;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.evaluation.QuestionFile.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says what a trained model is worth: its perplexity on texts, by domain; how many multiple-choice questions it answers;
 * and what it writes.
 *
 * <pre>{@code
 * EvaluationReport report = ModelEvaluation.builder()
 *     .model(model).tokenizer(tokenizer)
 *     .text("weather", Corpus.of(Path.of("weather.jsonl")))
 *     .questions("exam", Path.of("exam.jsonl"))
 *     .prompt("METAR EDDF")
 *     .build()
 *     .run();
 * System.out.print(report.table());
 * }</pre>
 *
 * <p>Memory does not grow with the texts: {@link Builder#batchSize} windows are read at a time. The model and the tokenizer
 * stay the caller's to close; the model must not be trained meanwhile. Not thread-safe.
 */
public final class ModelEvaluation {
    private static final int DEFAULT_BATCH_SIZE = 8;
    private static final int CONTINUATION_TOKENS = 64;

    private sealed interface Domain {
        record Text(Corpus corpus) implements Domain {}

        record Tokens(Path file) implements Domain {}
    }

    private final Gpt model;
    private final @Nullable Tokenizer tokenizer;
    private final Precision precision;
    private final int stride;
    private final int batchSize;
    private final String title;
    private final Map<String, Domain> domains;
    private final Map<String, Path> questionFiles;
    private final String questionPrompt;
    private final String choiceDelimiter;
    private final List<String> prompts;
    private final Generation generation;

    private ModelEvaluation(Builder builder, Gpt model) {
        this.model = model;
        this.tokenizer = builder.tokenizer;
        this.precision = builder.precision == null ? Precision.defaultFor(model.device()) : builder.precision;
        int sequenceLength = model.config().sequenceLength();
        this.stride = builder.stride == null ? Math.max(1, sequenceLength / 2) : builder.stride;
        this.batchSize = builder.batchSize;
        this.title = builder.title;
        this.domains = Collections.unmodifiableMap(new LinkedHashMap<>(builder.domains));
        this.questionFiles = Collections.unmodifiableMap(new LinkedHashMap<>(builder.questionFiles));
        this.questionPrompt = builder.questionPrompt;
        this.choiceDelimiter = builder.choiceDelimiter;
        this.prompts = List.copyOf(builder.prompts);
        this.generation = builder.generation;
        if (stride < 1 || stride > sequenceLength) {
            throw new IllegalArgumentException(
                    "stride must be from 1 to " + sequenceLength + " (the model's sequence length), not " + stride);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Evaluates. Questions and token files are read and checked before anything is scored, texts as they come.
     *
     * @throws DataException that names file and line of what is no text, token or question
     * @throws ai.flightmind.train.error.NonFiniteException if the model's loss is not a finite number
     * @throws ai.flightmind.model.error.CancelledException if the thread is interrupted
     */
    public EvaluationReport run() {
        Map<String, List<Question>> questions = new LinkedHashMap<>();
        questionFiles.forEach((name, file) -> questions.put(name, QuestionFile.read(file)));
        domains.values().forEach(domain -> {
            if (domain instanceof Domain.Tokens tokens) {
                check(tokens.file());
            }
        });
        EvaluationReport.Builder report = EvaluationReport.builder().title(title);
        describe(report);
        domains.forEach((name, domain) -> report.perplexity(perplexity(name, domain)));
        if (!questions.isEmpty()) {
            try (Inference inference = model.inference(precision)) {
                ChoiceScorer scorer =
                        new ChoiceScorer(inference, encoder(), questionPrompt, choiceDelimiter, batchSize);
                questions.forEach((name, asked) -> report.multipleChoice(scorer.score(name, asked)));
            }
        }
        if (!prompts.isEmpty()) {
            List<Completion> completions = generator().complete(prompts, generation);
            for (int i = 0; i < completions.size(); i++) {
                report.continuation(prompts.get(i), completions.get(i).text());
            }
        }
        return report.build();
    }

    private void describe(EvaluationReport.Builder report) {
        report.setting(
                        "parameters",
                        String.format(Locale.ROOT, "%,d", model.config().parameterCount()))
                .setting(
                        "sequence length",
                        String.format(Locale.ROOT, "%,d", model.config().sequenceLength()))
                .setting("precision", precision.name().toLowerCase(Locale.ROOT));
        if (!domains.isEmpty()) {
            report.setting("stride", String.format(Locale.ROOT, "%,d", stride));
        }
        if (!questionFiles.isEmpty()) {
            report.setting("question prompt", questionPrompt);
        }
    }

    private void check(Path tokens) {
        Integer vocabSize = meta(tokens).map(DatasetMeta::vocabSize).orElse(null);
        if (tokenizer != null && vocabSize != null && vocabSize != tokenizer.vocabSize()) {
            throw new DataException(tokens + " was made with a tokenizer of " + vocabSize
                    + " tokens, as its meta.json says, but this one has " + tokenizer.vocabSize()
                    + ". Give the one that it was made with.");
        }
        if (rowLength(tokens) < 2) {
            throw new DataException(tokens + " has rows of " + rowLength(tokens)
                    + " tokens, in which none follows another." + " Pack it into longer ones.");
        }
        try (TokenFile file = TokenFile.open(tokens)) {
            file.requireTokensBelow(tokenizer == null ? model.config().vocabSize() : tokenizer.vocabSize());
        }
    }

    private Perplexity perplexity(String name, Domain domain) {
        PerplexityMeter meter = new PerplexityMeter(model, tokenizer, precision, stride, batchSize);
        if (domain instanceof Domain.Text text) {
            return meter.ofText(name, text.corpus(), encoder());
        }
        Path tokens = ((Domain.Tokens) domain).file();
        try (TokenFile file = TokenFile.open(tokens)) {
            return meter.ofRows(name, file, rowLength(tokens));
        }
    }

    private int rowLength(Path tokens) {
        Integer packed = meta(tokens).map(DatasetMeta::sequenceLength).orElse(null);
        return packed == null ? model.config().sequenceLength() : packed;
    }

    private static Optional<DatasetMeta> meta(Path tokens) {
        return DatasetMeta.readIfPresent(tokens.resolveSibling("meta.json"));
    }

    private Generator generator() {
        return Generator.builder()
                .model(model)
                .tokenizer(encoder())
                .precision(precision)
                .batchSize(batchSize)
                .build();
    }

    /** There is one, as the builder has seen to. */
    private Tokenizer encoder() {
        return Objects.requireNonNull(tokenizer);
    }

    /** Builds a {@link ModelEvaluation}; the model is required, and something to evaluate it on. */
    public static final class Builder {
        private @Nullable Gpt model;
        private @Nullable Tokenizer tokenizer;
        private @Nullable Precision precision;
        private @Nullable Integer stride;
        private int batchSize = DEFAULT_BATCH_SIZE;
        private String title = "Evaluation";
        private final Map<String, Domain> domains = new LinkedHashMap<>();
        private final Map<String, Path> questionFiles = new LinkedHashMap<>();
        private String questionPrompt = "Question: " + ChoiceScorer.QUESTION + "\nAnswer:";
        private String choiceDelimiter = " ";
        private final List<String> prompts = new ArrayList<>();
        private Generation generation = Generation.greedy(CONTINUATION_TOKENS);

        private Builder() {}

        /** What is evaluated; required. */
        public Builder model(Gpt model) {
            this.model = model;
            return this;
        }

        /** The one that the model was trained with; required for all but token files, of which it counts the bytes. */
        public Builder tokenizer(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            return this;
        }

        /** Default: bfloat16 on CUDA, float32 on the CPU. */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /** The report's title, as the model's name; default "Evaluation". */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /**
         * Measures the perplexity on the documents of a corpus, each by itself.
         *
         * @param domain a name of its own for the report
         */
        public Builder text(String domain, Corpus corpus) {
            return add(domain, new Domain.Text(corpus));
        }

        /**
         * Measures the perplexity on a token file, as {@code val.bin}, row by row, since its rows were shuffled. The {@code
         * meta.json} beside it says how long they are; where there is none, as long as the model's sequence. The first token
         * of a row is not scored, as in training. Bytes and words are those of the text that the row's other tokens
         * decode to; a character that the row's edge cuts in two counts as three bytes on either side.
         *
         * @param domain a name of its own for the report
         */
        public Builder tokens(String domain, Path file) {
            return add(domain, new Domain.Tokens(file));
        }

        private Builder add(String name, Domain domain) {
            if (domains.putIfAbsent(name, domain) != null) {
                throw new IllegalArgumentException("There are two domains " + name + ". Give each its own name.");
            }
            return this;
        }

        /**
         * Asks multiple-choice questions: JSON lines {@code {"question": "…", "choices": ["…", "…"], "answer": 0}}, the answer
         * being the number of the right choice from 0 on, its letter from A on, or its text.
         *
         * @param name its own for the report
         */
        public Builder questions(String name, Path file) {
            if (questionFiles.putIfAbsent(name, file) != null) {
                throw new IllegalArgumentException(
                        "There are two sets of questions " + name + ". Give each its own name.");
            }
            return this;
        }

        /** What the model reads before a choice; default {@code "Question: {question}\nAnswer:"}. */
        public Builder questionPrompt(String prompt) {
            this.questionPrompt = prompt;
            return this;
        }

        /** What stands between the question's prompt and a choice; default a space. It is scored with the choice. */
        public Builder choiceDelimiter(String delimiter) {
            this.choiceDelimiter = delimiter;
            return this;
        }

        /** A text for the model to go on from; there may be several. */
        public Builder prompt(String prompt) {
            prompts.add(prompt);
            return this;
        }

        /** How the prompts are continued; default the likeliest token always, 64 times. */
        public Builder generation(Generation generation) {
            this.generation = generation;
            return this;
        }

        /**
         * By how many tokens a window is moved on in a text longer than the model's sequence length S, from 1 to S; default
         * half of S. Each token sees at least S − stride + 1 before it: a small stride gives the lowest perplexity, and costs
         * S / stride times as much as reading the text once.
         */
        public Builder stride(int tokens) {
            this.stride = tokens;
            return this;
        }

        /** How many windows, choices or prompts are read side by side; default 8. Memory goes by it, results do not. */
        public Builder batchSize(int sequences) {
            this.batchSize = sequences;
            return this;
        }

        /**
         * The evaluation; nothing is read yet.
         *
         * @throws IllegalArgumentException if there is no model, nothing to evaluate it on, no tokenizer where one is needed,
         *     one that does not fit the model, or a stride or batch size that is none
         */
        public ModelEvaluation build() {
            if (model == null) {
                throw new IllegalArgumentException("An evaluation needs a model");
            }
            if (domains.isEmpty() && questionFiles.isEmpty() && prompts.isEmpty()) {
                throw new IllegalArgumentException("There is nothing to evaluate on: give texts, questions or prompts");
            }
            if (batchSize < 1) {
                throw new IllegalArgumentException("batchSize must be at least 1, not " + batchSize);
            }
            if (!questionPrompt.contains(ChoiceScorer.QUESTION)) {
                throw new IllegalArgumentException(
                        "questionPrompt must hold " + ChoiceScorer.QUESTION + ", where the question is to stand");
            }
            checkTokenizer(model);
            return new ModelEvaluation(this, model);
        }

        private void checkTokenizer(Gpt fitted) {
            boolean reads = domains.values().stream().anyMatch(Domain.Text.class::isInstance);
            if (tokenizer == null && (reads || !questionFiles.isEmpty() || !prompts.isEmpty())) {
                throw new IllegalArgumentException("Texts, questions and prompts need the model's tokenizer");
            }
            if (tokenizer != null) {
                tokenizer.requireFits(fitted.config());
                if (reads && tokenizer.endOfText().isEmpty()) {
                    throw new IllegalArgumentException("The tokenizer has no end-of-text token, after which the first"
                            + " token of a document could be foretold. Pack the text into a token file instead.");
                }
            }
        }
    }
}
