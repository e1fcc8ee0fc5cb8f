package ai.flightmind.model;

/**
 * How to continue a prompt. An immutable value.
 *
 * @param maxNewTokens how many tokens to add; default 64
 * @param temperature divides the logits; 0 takes the likeliest token always; default 1
 * @param topK draw only among the k likeliest tokens; 0 for all; default 0
 * @param seed of the draws; default 0
 * @param precision default float32
 */
public record Generation(int maxNewTokens, double temperature, int topK, Seed seed, Precision precision) {
    public Generation {
        if (maxNewTokens < 0) {
            throw new IllegalArgumentException("maxNewTokens must not be negative: " + maxNewTokens);
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be 0 or a positive number, not " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK must be 0 (all tokens) or positive, not " + topK);
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
                .temperature(temperature)
                .topK(topK)
                .seed(seed)
                .precision(precision);
    }

    /** Builds a {@link Generation}; nothing is required. */
    public static final class Builder {
        private int maxNewTokens = 64;
        private double temperature = 1;
        private int topK;
        private Seed seed = new Seed(0);
        private Precision precision = Precision.FP32;

        private Builder() {}

        /** How many tokens to add; default 64. */
        public Builder maxNewTokens(int maxNewTokens) {
            this.maxNewTokens = maxNewTokens;
            return this;
        }

        /** Divides the logits; 0 for the likeliest token always; default 1. */
        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        /** Draw only among the k likeliest tokens; default 0, which means all. */
        public Builder topK(int topK) {
            this.topK = topK;
            return this;
        }

        /** Of the draws; default 0. */
        public Builder seed(Seed seed) {
            this.seed = seed;
            return this;
        }

        /** Default float32. */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        public Generation build() {
            return new Generation(maxNewTokens, temperature, topK, seed, precision);
        }
    }
}
