package ai.flightmind.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A layer over the rows (R, C) of whole sequences, and the way back, into memory of its own. What autograd would do, with
 * nothing allocated, copied or transposed in between, and the gradients of the weights added up by the products themselves.
 */
final class LayerPass {
    private final RotaryPass rotary;
    private final NormPass attentionNorm;
    private final Projection query;
    private final Projection key;
    private final Projection value;
    private final Projection attentionOutput;
    private final NormPass mlpNorm;
    private final Projection gate;
    private final Projection up;
    private final Projection down;
    private final List<AttentionPass> attention = new ArrayList<>();

    private final Tensor q; // (R, C), float32, as k and v
    private final Tensor k;
    private final Tensor v;
    private final Tensor mixed; // (R, C)
    private final Tensor middle; // (R, C), float32: the residual stream between attention and MLP
    private final Tensor gated; // (R, 4·C), as raised and activated
    private final Tensor raised;
    private final Tensor activated;
    private final Tensor output; // (R, C), float32

    LayerPass(
            GptConfig config,
            int layer,
            Weights weights,
            LoweredWeights lowered,
            RotaryPass rotary,
            AttentionPass.Shared shared,
            long sequences,
            long tokens,
            Workspace memory) {
        long rows = sequences * tokens;
        long width = config.width();
        this.rotary = rotary;
        this.attentionNorm = new NormPass(weights, lowered, Names.attentionNorm(layer), rows, memory);
        this.query = new Projection(weights, lowered, Names.query(layer));
        this.key = new Projection(weights, lowered, Names.key(layer));
        this.value = new Projection(weights, lowered, Names.value(layer));
        this.attentionOutput = new Projection(weights, lowered, Names.attentionOutput(layer));
        this.mlpNorm = new NormPass(weights, lowered, Names.mlpNorm(layer), rows, memory);
        this.gate = new Projection(weights, lowered, Names.gate(layer));
        this.up = new Projection(weights, lowered, Names.up(layer));
        this.down = new Projection(weights, lowered, Names.down(layer));
        for (long sequence = 0; sequence < sequences; sequence++) {
            attention.add(new AttentionPass(config.heads(), tokens, shared, memory));
        }
        this.q = memory.full(rows, width);
        this.k = memory.full(rows, width);
        this.v = memory.full(rows, width);
        this.mixed = memory.lowered(rows, width);
        this.middle = memory.full(rows, width);
        this.gated = memory.lowered(rows, config.mlpWidth());
        this.raised = memory.lowered(rows, config.mlpWidth());
        this.activated = memory.lowered(rows, config.mlpWidth());
        this.output = memory.full(rows, width);
    }

    /** What is kept of a token: the two norms' results, q, k, v, mixed, middle, output, and three of the MLP. */
    static long bytesPerToken(GptConfig config, Precision precision) {
        return 5L * config.width() * Float.BYTES + (3L * config.width() + 3L * config.mlpWidth()) * precision.bytes();
    }

    /** What the way back of one layer works on beside it, at most: gradients of two of the MLP, three of the norm, the stream's. */
    static long workBytesPerToken(GptConfig config) {
        return (2L * config.mlpWidth() + 5L * config.width()) * Float.BYTES;
    }

    /** What {@link #forward} gave last. */
    Tensor output() {
        return output;
    }

    /** The residual stream (R, C), float32, before the layer to that behind it. */
    Tensor forward(Tensor x) {
        Tensor normed = attentionNorm.forward(x);
        query.forward(normed, q);
        key.forward(normed, k);
        value.forward(normed, v);
        rotary.turn(q);
        rotary.turn(k);
        attend();
        attentionOutput.forward(mixed, x, middle);
        Tensor mlpNormed = mlpNorm.forward(middle);
        gate.forward(mlpNormed, gated);
        up.forward(mlpNormed, raised);
        torch.silu_out(activated, gated).mul_(raised);
        down.forward(activated, middle, output);
        return output;
    }

    private void attend() {
        Tensor full = Compute.alike(mixed, q) ? mixed : torch.empty_like(q);
        for (int i = 0; i < attention.size(); i++) {
            attention.get(i).forward(heads(q, i), heads(k, i), heads(v, i), heads(full, i));
        }
        mixed.copy_(full); // nothing, if it is the same
    }

    /**
     * Adds to the gradients of the weights.
     *
     * @param x what was taken forward
     * @param grad (R, C), float32: with respect to what was given, which becomes that with respect to x
     */
    void backward(Tensor x, Tensor grad, GradientSums sums) {
        try (PointerScope scope = new PointerScope()) {
            backwardOfMlp(grad, sums);
        }
        try (PointerScope scope = new PointerScope()) {
            backwardOfAttention(x, grad, sums);
        }
    }

    private void backwardOfMlp(Tensor grad, GradientSums sums) {
        Tensor activatedGrad = down.backward(activated, lowered(grad), sums);
        Tensor raisedGrad = torch.silu(gated).mul_(activatedGrad);
        Tensor gatedGrad = activatedGrad.mul_(raised);
        torch.silu_backward_out(gatedGrad, gatedGrad, gated);
        Tensor normed = mlpNorm.normed();
        Tensor normedGrad = Compute.full(gate.backward(normed, gatedGrad, sums));
        normedGrad.add_(up.backward(normed, raisedGrad, sums));
        mlpNorm.backward(normedGrad, middle, grad, sums);
    }

    private void backwardOfAttention(Tensor x, Tensor grad, GradientSums sums) {
        Tensor mixedGrad = Compute.full(attentionOutput.backward(mixed, lowered(grad), sums));
        Tensor qGrad = torch.empty_like(q);
        Tensor kGrad = torch.empty_like(q);
        Tensor vGrad = torch.empty_like(q);
        for (int i = 0; i < attention.size(); i++) {
            attention
                    .get(i)
                    .backward(
                            heads(mixedGrad, i),
                            heads(q, i),
                            heads(k, i),
                            heads(v, i),
                            heads(qGrad, i),
                            heads(kGrad, i),
                            heads(vGrad, i));
        }
        rotary.turnBack(qGrad);
        rotary.turnBack(kGrad);
        Tensor normed = attentionNorm.normed();
        Tensor normedGrad = Compute.full(query.backward(normed, lowered(qGrad), sums));
        normedGrad.add_(key.backward(normed, lowered(kGrad), sums));
        normedGrad.add_(value.backward(normed, lowered(vGrad), sums));
        attentionNorm.backward(normedGrad, x, grad, sums);
    }

    /** A sequence's rows of (R, C), as (T, H, 64). */
    private Tensor heads(Tensor x, long sequence) {
        long tokens = x.size(0) / attention.size();
        return x.narrow(0, sequence * tokens, tokens).view(tokens, -1, GptConfig.HEAD_SIZE);
    }

    private Tensor lowered(Tensor x) {
        return x.to(mixed.scalar_type());
    }
}
