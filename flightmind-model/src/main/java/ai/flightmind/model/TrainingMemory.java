package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import org.bytedeco.pytorch.Tensor;

/**
 * An estimate of the memory that training takes, in bytes, by what it is for. Not the process itself, which takes about 0.4
 * GB more on the host. On the CPU resident memory was within a fifth of it; a GPU was not measured.
 *
 * @param stateBytes weights and AdamW's two moments, float32: there from the beginning to the end
 * @param workBytes what a step takes whatever its micro-batch: gradients, float32, and the head's working space
 * @param sequenceBytes what each sequence keeps for the backward pass
 * @param sequencesAtOnce of how many sequences of a micro-batch that is kept at once, at most: on a GPU and under DDP of all,
 *     elsewhere each CPU thread goes on with the next few where some are through
 * @param checkpointBytes on the host, from the first checkpoint on that is written beside the training
 */
public record TrainingMemory(
        long stateBytes, long workBytes, long sequenceBytes, long sequencesAtOnce, long checkpointBytes) {
    /**
     * What a layer keeps per token for autograd's backward pass, and works on, per unit of the width C: fitted to the
     * resident memory of runs on the CPU at depths 2, 4 and 6. Norms, rotation and residuals stay float32 in bfloat16, which
     * also keeps its casts.
     */
    private static final long LAYER_BYTES_FP32 = 200;

    private static final long LAYER_BYTES_BF16 = 170;

    /** Layers' scores of attention beside those that each keeps: what the backward pass of one layer works on. */
    private static final long SCORES_AT_WORK = 3;

    /** Hidden states, their gradients, and a copy of either, per token and unit of the width. */
    private static final long HEAD_BYTES = 12;

    /** A chunk's logits and their gradient, per row and token of the vocabulary. */
    private static final long LOGIT_BYTES = 8;

    /** Of a model that is trained whole, on a CPU by as many threads as this machine has cores. */
    public static TrainingMemory of(GptConfig config, Device.Kind kind, int sequenceLength, Precision precision) {
        long lanes = Math.min(ParallelPass.MOST_LANES, Runtime.getRuntime().availableProcessors());
        Sizes sizes = new Sizes(config, config.parameterCount(), false, sequenceLength, precision);
        return kind == Device.Kind.CUDA ? sizes.byAutograd(true) : sizes.byRows(lanes);
    }

    /** Of a model as it is, with the adapter beside its weights if there is one. */
    public static TrainingMemory of(Gpt model, int sequenceLength, Precision precision) {
        long trained = model.trainedParameters().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
        Sizes sizes = new Sizes(model.config(), trained, model.adapter().isPresent(), sequenceLength, precision);
        if (model.device().isCuda() || model.firesGradientHooks()) {
            return sizes.byAutograd(model.device().isCuda());
        }
        return sizes.byRows(Math.min(ParallelPass.MOST_LANES, Libtorch.threads()));
    }

    private record Sizes(GptConfig config, long trained, boolean frozen, int sequenceLength, Precision precision) {
        Sizes {
            if (sequenceLength < 1) {
                throw new IllegalArgumentException("A sequence has at least one token");
            }
        }

        long stateBytes() {
            return Float.BYTES * (config.parameterCount() + (frozen ? 3 : 2) * trained);
        }

        long checkpointBytes() {
            return 3 * Float.BYTES * trained;
        }

        TrainingMemory byAutograd(boolean cuda) {
            long layer = config.width() * (precision == Precision.FP32 ? LAYER_BYTES_FP32 : LAYER_BYTES_BF16);
            long scores = !cuda && sequenceLength <= CausalAttention.LONGEST_AS_PRODUCTS
                    ? (long) config.heads() * sequenceLength * Float.BYTES
                    : 0;
            // The head's, and on CUDA the look-up's.
            long embeddingGradients = frozen ? 0 : 2L * Float.BYTES * config.width();
            long logits = LanguageModelHead.chunkRows(cuda) * LOGIT_BYTES;
            return new TrainingMemory(
                    stateBytes(),
                    Float.BYTES * trained + config.vocabSize() * (embeddingGradients + logits),
                    sequenceLength
                            * (config.depth() * layer
                                    + (config.depth() + SCORES_AT_WORK) * scores
                                    + config.width() * HEAD_BYTES),
                    Integer.MAX_VALUE,
                    checkpointBytes());
        }

        TrainingMemory byRows(long lanes) {
            boolean full = precision == Precision.FP32;
            long logits = LanguageModelHead.chunkRows(false) * Float.BYTES;
            // In bfloat16 a chunk's logits once more, and its product with the hidden states; and copies of the
            // weights.
            long loweredLogits = full ? 0 : logits / 2 + 2L * config.width();
            long copies = full ? 0 : 2 * (config.parameterCount() + (frozen ? trained : 0));
            return new TrainingMemory(
                    stateBytes(),
                    lanes * (Float.BYTES * trained + config.vocabSize() * (logits + loweredLogits)) + copies,
                    RowsPass.bytesPerSequence(config, sequenceLength, precision),
                    lanes * RowsPass.mostAtOnce(sequenceLength),
                    checkpointBytes());
        }
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
        return workBytes + Math.multiplyExact(Math.min(microBatchSize, sequencesAtOnce), sequenceBytes);
    }
}
