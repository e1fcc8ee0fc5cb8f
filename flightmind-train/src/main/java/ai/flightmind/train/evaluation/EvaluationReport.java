package ai.flightmind.train.evaluation;

import ai.flightmind.model.file.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link ModelEvaluation} found: for people as a table or a page, for programs as JSON. An immutable value. */
public final class EvaluationReport {
    private final String title;
    private final Map<String, String> settings;
    private final List<Perplexity> perplexities;
    private final List<MultipleChoice> multipleChoices;
    private final List<Continuation> continuations;

    private EvaluationReport(Builder builder) {
        this.title = builder.title;
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(builder.settings));
        this.perplexities = List.copyOf(builder.perplexities);
        this.multipleChoices = List.copyOf(builder.multipleChoices);
        this.continuations = List.copyOf(builder.continuations);
    }

    /**
     * What the model wrote.
     *
     * @param text what follows the prompt
     */
    public record Continuation(String prompt, String text) {}

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds all of this. */
    public Builder toBuilder() {
        Builder builder = new Builder().title(title);
        settings.forEach(builder::setting);
        perplexities.forEach(builder::perplexity);
        multipleChoices.forEach(builder::multipleChoice);
        continuations.forEach(each -> builder.continuation(each.prompt(), each.text()));
        return builder;
    }

    public String title() {
        return title;
    }

    /** How it was measured, by name, in the order of the report. */
    public Map<String, String> settings() {
        return settings;
    }

    /** One for each domain. */
    public List<Perplexity> perplexities() {
        return perplexities;
    }

    /** One for each set of questions. */
    public List<MultipleChoice> multipleChoices() {
        return multipleChoices;
    }

    /** One for each prompt. */
    public List<Continuation> continuations() {
        return continuations;
    }

    /** For a terminal: aligned columns, lines ended by a line feed. */
    public String table() {
        return ReportText.of(this);
    }

    /** One object; a number that is not finite or not known is {@code null}. */
    public String json() {
        return ReportJson.of(this);
    }

    /** A page that opens without a network. */
    public String html() {
        return ReportHtml.of(this);
    }

    /**
     * Writes {@link #json}.
     *
     * @throws java.io.UncheckedIOException if it cannot be written; what was there before is then as it was
     */
    public void writeJson(Path file) {
        write(file, json());
    }

    /**
     * Writes {@link #html}.
     *
     * @throws java.io.UncheckedIOException if it cannot be written; what was there before is then as it was
     */
    public void writeHtml(Path file) {
        write(file, html());
    }

    private static void write(Path file, String content) {
        WholeFile.write(file, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
    }

    /** Builds an {@link EvaluationReport}; nothing is required. */
    public static final class Builder {
        private String title = "Evaluation";
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<Perplexity> perplexities = new ArrayList<>();
        private final List<MultipleChoice> multipleChoices = new ArrayList<>();
        private final List<Continuation> continuations = new ArrayList<>();

        private Builder() {}

        /** Default "Evaluation". */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /** Adds how something was measured, as a checkpoint's name; a name that is there already gets the new value. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** Adds a domain. */
        public Builder perplexity(Perplexity perplexity) {
            perplexities.add(perplexity);
            return this;
        }

        /** Adds a set of questions. */
        public Builder multipleChoice(MultipleChoice multipleChoice) {
            multipleChoices.add(multipleChoice);
            return this;
        }

        /** Adds what the model wrote. */
        public Builder continuation(String prompt, String text) {
            continuations.add(new Continuation(prompt, text));
            return this;
        }

        public EvaluationReport build() {
            return new EvaluationReport(this);
        }
    }
}
