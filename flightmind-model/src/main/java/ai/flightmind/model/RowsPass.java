package ai.flightmind.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Forward and backward over rows of a micro-batch on the CPU without autograd, as many at once as make good products: what
 * a sequence keeps for its way back is gone before the next begins. Used by one thread at a time.
 */
final class RowsPass implements AutoCloseable {
    /** Products of so many rows are as fast as larger ones, and what they make still lies in the caches. */
    private static final long TOKENS_AT_ONCE = 512;

    private final Compute compute;
    private final long sequences;
    private final Tensor embedding;
    private final LoweredWeights lowered;
    private final Tensor embedded; // (R, C), float32, as grad
    private final Tensor grad;
    private final List<LayerPass> layers = new ArrayList<>();
    private final NormPass finalNorm;
    private final LanguageModelHead head;

    /**
     * Makes the memory.
     *
     * @param rows at most so many are given at once
     * @param tokens of each
     */
    RowsPass(
            GptConfig config,
            Weights weights,
            LoweredWeights lowered,
            RotaryEmbedding rotary,
            Compute compute,
            long rows,
            long tokens,
            Workspace memory) {
        this.compute = compute;
        this.sequences = sharedOut(rows, mostAtOnce(tokens));
        this.embedding = weights.get(Names.EMBEDDING);
        this.lowered = lowered;
        long count = sequences * tokens;
        this.embedded = memory.full(count, config.width());
        this.grad = memory.full(count, config.width());
        RotaryPass turns = new RotaryPass(rotary, tokens, memory);
        AttentionPass.Shared shared = AttentionPass.Shared.of(config.heads(), tokens, memory);
        for (int layer = 0; layer < config.depth(); layer++) {
            layers.add(new LayerPass(config, layer, weights, lowered, turns, shared, sequences, tokens, memory));
        }
        this.finalNorm = new NormPass(weights, lowered, Names.FINAL_NORM, count, memory);
        this.head = new LanguageModelHead(lowered.factor(embedding));
    }

    /** How many sequences of so many tokens are in memory at once, if they share out the rows evenly. */
    static long mostAtOnce(long tokens) {
        return Math.max(1, TOKENS_AT_ONCE / tokens);
    }

    /** What a sequence takes of the memory, and what the way back works on. */
    static long bytesPerSequence(GptConfig config, long tokens, Precision precision) {
        long layer =
                LayerPass.bytesPerToken(config, precision) + AttentionPass.keptBytesPerToken(config.heads(), tokens);
        return tokens * (config.depth() * layer + LayerPass.workBytesPerToken(config));
    }

    private static long sharedOut(long rows, long most) {
        long atOnce = Math.min(rows, most);
        while (rows % atOnce != 0) {
            atOnce--;
        }
        return atOnce;
    }

    /** The sum of the losses, float64; adds the gradient of {@code scale} times it to the sums. */
    Tensor accumulate(Tensor tokens, Tensor targets, double scale, GradientSums sums, PassEnds ends) {
        Tensor lossSum = torch.zeros(new long[] {}, new TensorOptions(ScalarType.Double));
        try (NoGradGuard noGrad = new NoGradGuard()) {
            for (long from = 0; from < tokens.size(0); from += sequences) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor ids = tokens.narrow(0, from, sequences).reshape(-1);
                    Tensor next = targets.narrow(0, from, sequences).reshape(-1);
                    lossSum.add_(forward(ids, next, scale, sums));
                    ends.forward();
                    backward(ids, sums);
                    ends.backward();
                }
            }
        }
        return lossSum;
    }

    private Tensor forward(Tensor ids, Tensor targets, double scale, GradientSums sums) {
        torch.index_select_out(embedded, lowered.full(embedding), 0, ids);
        Tensor x = embedded;
        for (LayerPass layer : layers) {
            try (PointerScope scope = new PointerScope()) {
                x = layer.forward(x);
            }
        }
        Tensor hidden = finalNorm.forward(x);
        Tensor hiddenGrad = torch.empty_like(embedded);
        Tensor embeddingGrad = sums.of(embedding);
        boolean adds = embeddingGrad != null && sums.goesOn(embedding);
        Tensor lossSum = head.lossSumAndGradient(hidden, targets, scale, compute, hiddenGrad, embeddingGrad, adds);
        finalNorm.backward(hiddenGrad, x, grad.zero_(), sums);
        return lossSum;
    }

    private void backward(Tensor ids, GradientSums sums) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            layers.get(i).backward(i == 0 ? embedded : layers.get(i - 1).output(), grad, sums);
        }
        Tensor embeddingGrad = sums.of(embedding);
        if (embeddingGrad != null) {
            embeddingGrad.index_add_(0, ids, grad);
        }
    }

    @Override
    public void close() {
        head.close();
    }
}
