package ai.flightmind.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a {@link Gpt}. Everything derives from the depth d: d layers of d heads of 64, width 64·d, a SwiGLU of 4
 * times the width. An immutable value.
 *
 * @param depth the number of layers, and of heads; at least 1
 * @param vocabSize the number of token ids; default 32,768
 * @param sequenceLength the longest sequence, in tokens, which is also a row of the training data; default 2,048
 */
public record GptConfig(int depth, int vocabSize, int sequenceLength) {
    /** The size of an attention head. */
    public static final int HEAD_SIZE = 64;

    /** What RMSNorm adds to the mean of the squares. */
    public static final double NORM_EPSILON = 1e-6;

    /** The base of the rotary positions' frequencies. */
    public static final double ROTARY_BASE = 10_000;

    private static final int DEFAULT_VOCAB_SIZE = 32_768;
    private static final int DEFAULT_SEQUENCE_LENGTH = 2_048;
    private static final double INIT_STD = 0.02;

    public GptConfig {
        requireRange("depth", depth, 1, 1_000);
        requireRange("vocabSize", vocabSize, 2, 1 << 24);
        requireRange("sequenceLength", sequenceLength, 2, 1 << 24);
    }

    /** A model of this depth with the default vocabulary (32,768) and sequence length (2,048). */
    public static GptConfig ofDepth(int depth) {
        return builder().depth(depth).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return builder().depth(depth).vocabSize(vocabSize).sequenceLength(sequenceLength);
    }

    /** The width C of the residual stream: 64·depth. */
    public int width() {
        return HEAD_SIZE * depth;
    }

    /** The number of attention heads: the depth. */
    public int heads() {
        return depth;
    }

    /** The hidden width of the SwiGLU: 4·C. */
    public int mlpWidth() {
        return 4 * width();
    }

    /** How many numbers are trained: V·C + d·(16·C² + 2·C) + C. The tied embedding counts once. */
    public long parameterCount() {
        return parameters().stream().mapToLong(ParameterSpec::count).sum();
    }

    /**
     * The arithmetic of training on one token, in floating-point operations: 6·N for the matrices (the head among them,
     * the embedding's look-up not) and 12·d·C·T for attention, as in appendix B of the PaLM paper (Chowdhery et al.,
     * 2022), which counts the masked half of attention too.
     *
     * @param sequenceLength T, in tokens
     */
    public double flopsPerToken(int sequenceLength) {
        return 6.0 * parameterCount() + 12.0 * depth * width() * (double) sequenceLength;
    }

    /**
     * The memory that training takes on its device, in bytes: weights, gradients and both moments of AdamW in float32,
     * what the sequences that are computed at once keep for their backward pass, and the working space of the loss. Not the
     * process itself, which takes about 0.4 GB more. An estimate for the CPU, where resident memory was within a fifth of it; {@link
     * TrainingMemory} has it for a GPU, too, and by what it is for.
     *
     * @param microBatchSize sequences per micro-batch
     * @param sequenceLength tokens per sequence
     */
    public long trainingMemoryBytes(int microBatchSize, int sequenceLength, Precision precision) {
        return TrainingMemory.of(this, Device.Kind.CPU, sequenceLength, precision)
                .bytes(microBatchSize);
    }

    /** The sizes of every trained tensor by its name, in the order of the original's state dict; matrices are (out, in). */
    public Map<String, List<Long>> parameterShapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        parameters().forEach(spec -> shapes.put(spec.name(), spec.shape()));
        return Collections.unmodifiableMap(shapes);
    }

    /** Every trained tensor in the order of the original's state dict. */
    List<ParameterSpec> parameters() {
        long c = width();
        long hidden = mlpWidth();
        double outputStd = INIT_STD / Math.sqrt(2.0 * depth);
        List<ParameterSpec> all = new ArrayList<>();
        all.add(ParameterSpec.matrix(Names.EMBEDDING, vocabSize, c, INIT_STD));
        for (int i = 0; i < depth; i++) {
            all.add(ParameterSpec.norm(Names.attentionNorm(i), c));
            all.add(ParameterSpec.matrix(Names.query(i), c, c, INIT_STD));
            all.add(ParameterSpec.matrix(Names.key(i), c, c, INIT_STD));
            all.add(ParameterSpec.matrix(Names.value(i), c, c, INIT_STD));
            all.add(ParameterSpec.matrix(Names.attentionOutput(i), c, c, outputStd));
            all.add(ParameterSpec.norm(Names.mlpNorm(i), c));
            all.add(ParameterSpec.matrix(Names.gate(i), hidden, c, INIT_STD));
            all.add(ParameterSpec.matrix(Names.up(i), hidden, c, INIT_STD));
            all.add(ParameterSpec.matrix(Names.down(i), c, hidden, outputStd));
        }
        all.add(ParameterSpec.norm(Names.FINAL_NORM, c));
        return List.copyOf(all);
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ", not " + value);
        }
    }

    /** Builds a {@link GptConfig}; the depth is required. */
    public static final class Builder {
        private int depth;
        private int vocabSize = DEFAULT_VOCAB_SIZE;
        private int sequenceLength = DEFAULT_SEQUENCE_LENGTH;

        private Builder() {}

        /** The number of layers; required. */
        public Builder depth(int depth) {
            this.depth = depth;
            return this;
        }

        /** The number of token ids; default 32,768. */
        public Builder vocabSize(int vocabSize) {
            this.vocabSize = vocabSize;
            return this;
        }

        /** Tokens per sequence; default 2,048. */
        public Builder sequenceLength(int sequenceLength) {
            this.sequenceLength = sequenceLength;
            return this;
        }

        public GptConfig build() {
            return new GptConfig(depth, vocabSize, sequenceLength);
        }
    }
}
