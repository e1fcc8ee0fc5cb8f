package ai.flightmind.model.generation;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Inference;
import ai.flightmind.model.Precision;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Continues texts with a trained model: {@code Generator.builder().model(gpt).tokenizer(tokenizer).build()}. The model
 * and the tokenizer stay the caller's to close; a generator holds nothing else between calls, and sees the weights as
 * they are when a call begins. They must not be trained during one.
 *
 * <p>A token costs one position of the model, whatever stands before it, up to the model's sequence length; see {@link
 * Generation.Builder#windowStep} for what is longer. A prompt gets the same continuation alone and among others, but for
 * float rounding, which could only decide between tokens that are as good as equally likely.
 *
 * <p>Calls honour interruption between tokens. Not thread-safe.
 */
public final class Generator {
    private static final int DEFAULT_BATCH_SIZE = 16;

    private final Gpt model;
    private final @Nullable Tokenizer tokenizer;
    private final Precision precision;
    private final int batchSize;
    private final boolean specialTokensInPrompts;

    private Generator(Builder builder, Gpt model) {
        this.model = model;
        this.tokenizer = builder.tokenizer;
        this.precision = builder.precision == null ? Precision.defaultFor(model.device()) : builder.precision;
        this.batchSize = builder.batchSize;
        this.specialTokensInPrompts = builder.specialTokensInPrompts;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Continues a text. An empty one begins a document, with the tokenizer's end-of-text token.
     *
     * @throws CancelledException if the thread is interrupted
     */
    public Completion complete(String prompt, Generation generation) {
        return complete(List.of(prompt), generation).get(0);
    }

    /**
     * Continues several texts, {@link Builder#batchSize} of them at a time, in any number and of any lengths.
     *
     * @return the completions in the order of the prompts
     * @throws CancelledException if the thread is interrupted
     */
    public List<Completion> complete(List<String> prompts, Generation generation) {
        return completeTokens(prompts.stream().map(this::encoded).toList(), generation);
    }

    /**
     * Continues token ids, which needs no tokenizer.
     *
     * @param prompt at least one id
     * @throws CancelledException if the thread is interrupted
     */
    public Completion completeTokens(int[] prompt, Generation generation) {
        return completeTokens(List.of(prompt), generation).get(0);
    }

    /**
     * Continues several sequences of token ids, {@link Builder#batchSize} of them at a time.
     *
     * @param prompts each at least one id
     * @return the completions in the order of the prompts
     * @throws CancelledException if the thread is interrupted
     */
    public List<Completion> completeTokens(List<int[]> prompts, Generation generation) {
        List<Sequence> sequences = sequences(prompts, generation);
        try (Inference inference = model.inference(precision)) {
            for (int from = 0; from < sequences.size(); from += batchSize) {
                List<Sequence> some = sequences.subList(from, Math.min(sequences.size(), from + batchSize));
                try (Decoding decoding = new Decoding(inference, some, generation, drawable())) {
                    while (!decoding.isFinished()) {
                        decoding.step();
                    }
                }
            }
        }
        return sequences.stream()
                .map(sequence -> sequence.transcript().completion())
                .toList();
    }

    /**
     * Continues a text and gives what follows piece by piece, as the model draws it: {@code
     * generator.stream(prompt, generation).forEach(System.out::print)}. Close the stream if it is not read to its end.
     */
    public TextStream stream(String prompt, Generation generation) {
        Sequence sequence = sequences(List.of(encoded(prompt)), generation).get(0);
        Inference inference = model.inference(precision);
        try {
            return new TextStream(
                    sequence.transcript(),
                    new Decoding(inference, List.of(sequence), generation, drawable()),
                    inference);
        } catch (RuntimeException e) {
            inference.close();
            throw e;
        }
    }

    private int[] encoded(String prompt) {
        if (tokenizer == null) {
            throw new IllegalStateException(
                    "This generator has no tokenizer. Build it with one, or give token ids to completeTokens.");
        }
        if (prompt.isEmpty()) {
            return new int[] {
                tokenizer
                        .endOfText()
                        .orElseThrow(() -> new IllegalArgumentException("The prompt is empty, and the tokenizer has no"
                                + " end-of-text token to begin a document with. Begin the text yourself."))
            };
        }
        return specialTokensInPrompts ? tokenizer.encodeWithSpecialTokens(prompt) : tokenizer.encode(prompt);
    }

    private List<Sequence> sequences(List<int[]> prompts, Generation generation) {
        if (tokenizer == null && !generation.stopStrings().isEmpty()) {
            throw new IllegalArgumentException(
                    "Stop strings are found in text, and this generator has no tokenizer. Use stop tokens.");
        }
        int sequenceLength = model.config().sequenceLength();
        if (generation.windowStep() > sequenceLength) {
            throw new IllegalArgumentException("windowStep must be at most " + sequenceLength
                    + " (the model's sequence length), not " + generation.windowStep());
        }
        List<Sequence> sequences = new ArrayList<>();
        for (int number = 0; number < prompts.size(); number++) {
            int[] prompt = prompts.get(number);
            requireTokens(prompt, number);
            sequences.add(new Sequence(prompt, number, generation, new Transcript(generation, tokenizer)));
        }
        return sequences;
    }

    private void requireTokens(int[] prompt, int number) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("Prompt " + number + " must hold at least one token");
        }
        for (int token : prompt) {
            if (token < 0 || token >= model.config().vocabSize()) {
                throw new IllegalArgumentException("Token " + token + " of prompt " + number
                        + " is outside the model's vocabulary of "
                        + model.config().vocabSize());
            }
        }
    }

    /** A vocabulary may be padded with ids that stand for no text: those are never drawn. */
    private int drawable() {
        return tokenizer == null ? model.config().vocabSize() : tokenizer.vocabSize();
    }

    /** Builds a {@link Generator}; the model is required. */
    public static final class Builder {
        private @Nullable Gpt model;
        private @Nullable Tokenizer tokenizer;
        private @Nullable Precision precision;
        private int batchSize = DEFAULT_BATCH_SIZE;
        private boolean specialTokensInPrompts;

        private Builder() {}

        /** What continues; required. */
        public Builder model(Gpt model) {
            this.model = model;
            return this;
        }

        /** The one that the model was trained with; required for text. */
        public Builder tokenizer(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            return this;
        }

        /** Default: bfloat16 on CUDA, float32 on the CPU, where bfloat16 is no faster for a single prompt. */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /** How many of several prompts are continued side by side; default 16. */
        public Builder batchSize(int prompts) {
            this.batchSize = prompts;
            return this;
        }

        /**
         * Whether the spelling of a special token stands for the token in prompts, as {@code <|user|>} does in a chat;
         * default false, so that no text can pretend to end its document.
         */
        public Builder specialTokensInPrompts(boolean allowed) {
            this.specialTokensInPrompts = allowed;
            return this;
        }

        /**
         * The generator.
         *
         * @throws IllegalArgumentException if there is no model, or the tokenizer has more tokens than the model
         */
        public Generator build() {
            if (model == null) {
                throw new IllegalArgumentException("A generator needs a model");
            }
            if (batchSize < 1) {
                throw new IllegalArgumentException("batchSize must be at least 1, not " + batchSize);
            }
            if (tokenizer != null) {
                tokenizer.requireFits(model.config());
            }
            return new Generator(this, model);
        }
    }
}
