package ai.flightmind.model.generation;

import ai.flightmind.model.Seed;
import java.util.List;
import java.util.Set;

/**
 * How to continue a prompt. An immutable value. The model's logits go through the settings in the order they stand here:
 * repetition control, temperature, top-k, top-p.
 *
 * @param maxNewTokens see {@link Builder#maxNewTokens}
 * @param repetitionPenalty see {@link Builder#repetitionPenalty}
 * @param noRepeatNgram see {@link Builder#noRepeatNgram}
 * @param temperature see {@link Builder#temperature}
 * @param topK see {@link Builder#topK}
 * @param topP see {@link Builder#topP}
 * @param seed see {@link Builder#seed}
 * @param stopStrings see {@link Builder#stopStrings}
 * @param stopTokens see {@link Builder#stopTokens}
 * @param endOfTextIgnored see {@link Builder#ignoreEndOfText}
 * @param windowStep see {@link Builder#windowStep}
 */
public record Generation(
        int maxNewTokens,
        double repetitionPenalty,
        int noRepeatNgram,
        double temperature,
        int topK,
        double topP,
        Seed seed,
        List<String> stopStrings,
        Set<Integer> stopTokens,
        boolean endOfTextIgnored,
        int windowStep) {
    public Generation {
        stopStrings = List.copyOf(stopStrings);
        stopTokens = Set.copyOf(stopTokens);
        require(maxNewTokens >= 0, "maxNewTokens must not be negative", maxNewTokens);
        require(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetitionPenalty must be a positive number (1 for none)",
                repetitionPenalty);
        require(noRepeatNgram >= 0, "noRepeatNgram must be 0 (repeat freely) or positive", noRepeatNgram);
        require(
                temperature >= 0 && Double.isFinite(temperature),
                "temperature must be 0 (the likeliest token) or a positive number",
                temperature);
        require(topK >= 0, "topK must be 0 (all tokens) or positive", topK);
        require(topP > 0 && topP <= 1, "topP must be above 0 and at most 1 (all tokens)", topP);
        require(!stopStrings.contains(""), "A stop string must not be empty", stopStrings);
        require(windowStep >= 1, "windowStep must be at least 1", windowStep);
    }

    private static void require(boolean met, String requirement, Object value) {
        if (!met) {
            throw new IllegalArgumentException(requirement + ", not " + value);
        }
    }

    /** The likeliest token, always. */
    public static Generation greedy(int maxNewTokens) {
        return builder().maxNewTokens(maxNewTokens).temperature(0).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return builder()
                .maxNewTokens(maxNewTokens)
                .repetitionPenalty(repetitionPenalty)
                .noRepeatNgram(noRepeatNgram)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .seed(seed)
                .stopStrings(stopStrings)
                .stopTokens(stopTokens)
                .ignoreEndOfText(endOfTextIgnored)
                .windowStep(windowStep);
    }

    /** Builds a {@link Generation}; nothing is required. */
    public static final class Builder {
        private int maxNewTokens = 64;
        private double repetitionPenalty = 1;
        private int noRepeatNgram;
        private double temperature = 1;
        private int topK;
        private double topP = 1;
        private Seed seed = new Seed(0);
        private List<String> stopStrings = List.of();
        private Set<Integer> stopTokens = Set.of();
        private boolean endOfTextIgnored;
        private int windowStep = 1;

        private Builder() {}

        /** How many tokens to add at most; default 64. */
        public Builder maxNewTokens(int maxNewTokens) {
            this.maxNewTokens = maxNewTokens;
            return this;
        }

        /**
         * Makes every token less likely that stands in the prompt or was drawn: its logit is divided by this where it is
         * positive, and multiplied where it is negative (Keskar et al., "CTRL", 2019). 1.1 to 1.3 is usual; default 1,
         * which changes nothing.
         */
        public Builder repetitionPenalty(double repetitionPenalty) {
            this.repetitionPenalty = repetitionPenalty;
            return this;
        }

        /**
         * Never draws a token that would complete a sequence of so many tokens which already stands in the prompt or the
         * completion (Paulus et al., 2017); default 0, which allows all.
         */
        public Builder noRepeatNgram(int tokens) {
            this.noRepeatNgram = tokens;
            return this;
        }

        /** Divides the logits; 0 for the likeliest token always; default 1. */
        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        /**
         * Draw only among the k likeliest tokens, and those as likely as the k-th; default 0, which means all. Above the
         * size of the vocabulary it means all, too.
         */
        public Builder topK(int topK) {
            this.topK = topK;
            return this;
        }

        /**
         * Draw only among the likeliest tokens that together reach this probability (Holtzman et al., 2019), and those as
         * likely as the last of them, after top-k; default 1, which means all.
         */
        public Builder topP(double topP) {
            this.topP = topP;
            return this;
        }

        /** Of the draws; default 0. Prompt i of several draws as if alone with this seed plus i. */
        public Builder seed(Seed seed) {
            this.seed = seed;
            return this;
        }

        /** Texts before whose first appearance in the completion it ends; default none. They need a tokenizer. */
        public Builder stopStrings(List<String> stopStrings) {
            this.stopStrings = stopStrings;
            return this;
        }

        /** Tokens before which the completion ends, besides the tokenizer's end of text; default none. */
        public Builder stopTokens(Set<Integer> stopTokens) {
            this.stopTokens = stopTokens;
            return this;
        }

        /** Goes on where the model ends the document, with the next document; default false. */
        public Builder ignoreEndOfText(boolean ignore) {
            this.endOfTextIgnored = ignore;
            return this;
        }

        /**
         * How far the window moves on when prompt and completion have outgrown the model's sequence length S. What has left
         * the window has shaped every layer's view of what is still in it, so a window that moved must be read again,
         * its positions counted from its new beginning. With 1, the default, each token sees the last S tokens, as in the
         * Python original, and costs a whole window. With n it sees between S − n + 1 and S of them, and the window is
         * read again once in n tokens.
         */
        public Builder windowStep(int tokens) {
            this.windowStep = tokens;
            return this;
        }

        public Generation build() {
            return new Generation(
                    maxNewTokens,
                    repetitionPenalty,
                    noRepeatNgram,
                    temperature,
                    topK,
                    topP,
                    seed,
                    stopStrings,
                    stopTokens,
                    endOfTextIgnored,
                    windowStep);
        }
    }
}
