package ai.flightmind.model;

import org.bytedeco.pytorch.Tensor;

/**
 * An estimate of the memory that training takes, in bytes, by what it is for. Not the process itself, which takes about 0.4
 * GB more on the host. On the CPU resident memory was within a fifth of it; a GPU was not measured.
 *
 * @param stateBytes weights and AdamW's two moments, float32: there from the beginning to the end
 * @param workBytes what a step takes whatever its micro-batch: gradients, float32, and the head's working space
 * @param sequenceBytes what each sequence of a micro-batch keeps for the backward pass
 * @param checkpointBytes on the host, from the first checkpoint on that is written beside the training
 */
public record TrainingMemory(long stateBytes, long workBytes, long sequenceBytes, long checkpointBytes) {
    /**
     * What a layer keeps per token for its backward pass, and works on, per unit of the width C: fitted to the resident
     * memory of runs on the CPU at depths 2, 4 and 6. Norms, rotation and residuals stay float32 in bfloat16, which also
     * keeps its casts.
     */
    private static final long LAYER_BYTES_FP32 = 200;

    private static final long LAYER_BYTES_BF16 = 170;

    /** Layers' scores of attention beside those that each keeps: what the backward pass of one layer works on. */
    private static final long SCORES_AT_WORK = 3;

    /** Hidden states, their gradients, and a copy of either, per token and unit of the width. */
    private static final long HEAD_BYTES = 12;

    /** A chunk's logits and their gradient, per row and token of the vocabulary. */
    private static final long LOGIT_BYTES = 8;

    /** Of a model that is trained whole. */
    public static TrainingMemory of(GptConfig config, Device.Kind kind, int sequenceLength, Precision precision) {
        return of(config, config.parameterCount(), false, kind, sequenceLength, precision);
    }

    /** Of a model as it is, with the adapter beside its weights if there is one. */
    public static TrainingMemory of(Gpt model, int sequenceLength, Precision precision) {
        long trained = model.trainedParameters().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
        boolean frozen = model.adapter().isPresent();
        return of(model.config(), trained, frozen, model.device().kind(), sequenceLength, precision);
    }

    private static TrainingMemory of(
            GptConfig config, long trained, boolean frozen, Device.Kind kind, int sequenceLength, Precision precision) {
        if (sequenceLength < 1) {
            throw new IllegalArgumentException("A sequence has at least one token");
        }
        boolean cuda = kind == Device.Kind.CUDA;
        long weights = config.parameterCount() + (frozen ? trained : 0);
        long layer = config.width() * (precision == Precision.FP32 ? LAYER_BYTES_FP32 : LAYER_BYTES_BF16);
        long scores = !cuda && sequenceLength <= CausalAttention.LONGEST_AS_PRODUCTS
                ? (long) config.heads() * sequenceLength * Float.BYTES
                : 0;
        // The head's, and on CUDA the look-up's, on the CPU another core's.
        long embeddingGradients = frozen ? 0 : 2L * Float.BYTES * config.width();
        long chunkRows = LanguageModelHead.chunkRows(cuda);
        return new TrainingMemory(
                Float.BYTES * (weights + 2 * trained),
                Float.BYTES * trained + config.vocabSize() * (embeddingGradients + chunkRows * LOGIT_BYTES),
                sequenceLength
                        * (config.depth() * layer
                                + (config.depth() + SCORES_AT_WORK) * scores
                                + config.width() * HEAD_BYTES),
                3 * Float.BYTES * trained);
    }

    /**
     * Everything that training takes on its device.
     *
     * @param microBatchSize sequences, at least 1
     */
    public long bytes(int microBatchSize) {
        return stateBytes + stepBytes(microBatchSize);
    }

    /**
     * What a step takes beside the {@link #stateBytes()}.
     *
     * @param microBatchSize sequences, at least 1
     */
    public long stepBytes(int microBatchSize) {
        if (microBatchSize < 1) {
            throw new IllegalArgumentException("A micro-batch holds at least one sequence, not " + microBatchSize);
        }
        return workBytes + Math.multiplyExact(microBatchSize, sequenceBytes);
    }
}
