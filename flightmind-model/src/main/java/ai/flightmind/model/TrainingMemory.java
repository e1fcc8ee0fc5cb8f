package ai.flightmind.model;

/** The estimate behind {@link GptConfig#trainingMemoryBytes}. */
final class TrainingMemory {
    /** Weight, gradient and two moments. */
    private static final int BYTES_PER_PARAMETER = 16;

    private TrainingMemory() {}

    static long bytes(GptConfig config, int microBatchSize, int sequenceLength, Precision precision) {
        if (microBatchSize < 1 || sequenceLength < 1) {
            throw new IllegalArgumentException("A micro-batch holds at least one sequence of one token");
        }
        long tokens = Math.multiplyExact((long) microBatchSize, sequenceLength);
        long state = config.parameterCount() * BYTES_PER_PARAMETER;
        long activations = tokens * config.depth() * layerBytesPerToken(config, precision);
        // The head: a chunk's logits, the head's own gradient of the embedding, hidden states and their gradients.
        long head = (long) config.vocabSize() * (config.width() * 8L + 256 * 8L) + tokens * config.width() * 12L;
        long scores = sequenceLength <= CausalAttention.LONGEST_AS_PRODUCTS
                ? tokens * config.depth() * config.heads() * sequenceLength * Float.BYTES
                : 0;
        return state + activations + head + scores;
    }

    /**
     * What a layer keeps per token for its backward pass, and works on, per unit of the width C: fitted to the resident
     * memory of runs on the CPU at depths 4 and 6. Norms, rotation and residuals stay float32 in bfloat16, which also
     * keeps its casts.
     */
    private static long layerBytesPerToken(GptConfig config, Precision precision) {
        return config.width() * (precision == Precision.FP32 ? 200L : 170L);
    }
}
