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
        return state + activations + head;
    }

    /** What a layer keeps per token for its backward pass, in multiples of the width C. */
    private static long layerBytesPerToken(GptConfig config, Precision precision) {
        // Two norms (input, normalised: float32), residuals, q, k, v and their rotated copies, attention's result;
        // gate, silu(gate), up and their product are 4·C each.
        long full = 4L;
        long lower = precision == Precision.BF16 ? 2L : 4L;
        return config.width() * (10 * full + 4 * lower + 4 * 4 * lower);
    }
}
