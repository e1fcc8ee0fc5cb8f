package ai.flightmind.model;

import ai.flightmind.model.lora.LowRank;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The layers between the token ids and the language-model head. Holds nothing of its own but tables of positions. */
final class Decoder implements AutoCloseable {
    private final GptConfig config;
    private final Weights weights;
    private final RotaryEmbedding rotary;
    private final CausalAttention attention;

    Decoder(GptConfig config, Weights weights, Device device) {
        this.config = config;
        this.weights = weights;
        this.rotary = new RotaryEmbedding(config.sequenceLength(), device);
        this.attention = new CausalAttention(config.sequenceLength(), device);
    }

    /** Token ids (B, T), each row from its beginning on, to normalised hidden states (B, T, C), float32. */
    Tensor hidden(Tensor tokens, Compute compute) {
        return hiddenOf(embedded(tokens), compute);
    }

    /** Embedded tokens (B, T, C) to normalised hidden states (B, T, C), float32. Called by several threads at once. */
    Tensor hiddenOf(Tensor embedded, Compute compute) {
        Tensor turns = rotary.turns(0, embedded.size(1));
        return hidden(embedded, compute, new AttentionContext() {
            @Override
            public Tensor turn(Tensor heads) {
                return RotaryEmbedding.turn(heads, turns);
            }

            @Override
            public Tensor attend(int layer, Tensor q, Tensor k, Tensor v) {
                return attention.mix(q, k, v);
            }
        });
    }

    /**
     * Token ids (B, T) that go on where the rows of a cache end; their keys and values are added to it, its lengths stay.
     */
    Tensor hidden(Tensor tokens, Compute compute, KeyValueCache cache) {
        return hidden(embedded(tokens), compute, new CachedContext(cache, tokens.size(1), rotary, attention));
    }

    RotaryEmbedding rotary() {
        return rotary;
    }

    /** Which kernel attends in rows of so many tokens while training. */
    AttentionKernel attentionKernel(int tokens, Compute compute) {
        Tensor heads = torch.zeros(
                new long[] {1, config.heads(), tokens, GptConfig.HEAD_SIZE},
                weights.get(Names.EMBEDDING).options());
        return attention.kernel(compute.forAttention(heads));
    }

    private Tensor embedded(Tensor tokens) {
        return torch.embedding(weights.get(Names.EMBEDDING), tokens);
    }

    private Tensor hidden(Tensor embedded, Compute compute, AttentionContext context) {
        Tensor x = embedded;
        for (int layer = 0; layer < config.depth(); layer++) {
            Tensor attended = attention(normed(x, Names.attentionNorm(layer)), layer, compute, context);
            x = x.add(attended);
            x = x.add(swiGlu(normed(x, Names.mlpNorm(layer)), layer, compute));
        }
        return normed(x, Names.FINAL_NORM);
    }

    /** Causal self-attention: (B, T, C) to (B, T, C). */
    private Tensor attention(Tensor normed, int layer, Compute compute, AttentionContext context) {
        Tensor x = compute.lower(normed);
        Tensor q = compute.forAttention(context.turn(heads(linear(x, Names.query(layer), compute))));
        Tensor k = compute.forAttention(context.turn(heads(linear(x, Names.key(layer), compute))));
        Tensor v = compute.forAttention(heads(linear(x, Names.value(layer), compute)));
        Tensor mixed = context.attend(layer, q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)); // (B, H, T, 64)
        Tensor joined = mixed.transpose(1, 2).reshape(x.size(0), x.size(1), config.width());
        return linear(compute.lower(joined), Names.attentionOutput(layer), compute);
    }

    /** down(silu(gate(x)) · up(x)): Shazeer, "GLU Variants Improve Transformer", 2020. */
    private Tensor swiGlu(Tensor normed, int layer, Compute compute) {
        Tensor x = compute.lower(normed);
        Tensor gate = torch.silu(linear(x, Names.gate(layer), compute));
        Tensor up = linear(x, Names.up(layer), compute);
        return linear(gate.mul(up), Names.down(layer), compute);
    }

    /** x · Wᵀ, and what an adapter adds to it. */
    private Tensor linear(Tensor x, String weight, Compute compute) {
        Tensor y = compute.linear(x, weights.get(weight));
        LowRank beside = weights.beside(weight);
        return beside == null
                ? y
                : y.add_(compute.linear(compute.linear(x, beside.a()), beside.b()), new Scalar(beside.scale()));
    }

    private Tensor normed(Tensor x, String weight) {
        return torch.rms_norm(
                x,
                new long[] {config.width()},
                new TensorOptional(weights.get(weight)),
                new DoubleOptional(GptConfig.NORM_EPSILON));
    }

    /** (B, T, C) to (B, T, H, 64). */
    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), config.heads(), GptConfig.HEAD_SIZE);
    }

    @Override
    public void close() {
        rotary.close();
        attention.close();
    }
}
