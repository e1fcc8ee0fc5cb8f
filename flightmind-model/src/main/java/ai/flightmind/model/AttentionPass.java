package ai.flightmind.model;

import ai.flightmind.model.libtorch.Operator;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * softmax(q·kᵀ/√64 + causal mask)·v of one sequence as products, and the way back, in blocks of queries that look at as many
 * keys as the last of them: what lies beyond is not computed. The probabilities are kept for the way back, or for long
 * sequences made once more. Everything is (T, H, 64), float32.
 */
final class AttentionPass {
    /** Beyond it keeping the probabilities, (H, T, T/2) per layer, would take more memory than it saves time. */
    private static final long LONGEST_KEPT = CausalAttention.LONGEST_AS_PRODUCTS;

    private static final long BLOCK = CausalAttention.BLOCK;
    private static final double SCALE = CausalAttention.SCALE;
    private static final Operator SOFTMAX_BACKWARD = Operator.of("aten::_softmax_backward_data", "out");

    /** Queries from, to, and what they make of the keys before to. */
    private record Block(long from, long to, Tensor probabilities) {
        Tensor queries(Tensor heads) {
            return heads.narrow(1, from, to - from);
        }

        Tensor keys(Tensor heads) {
            return heads.narrow(1, 0, to);
        }
    }

    /**
     * What those of all layers and sequences use in turn.
     *
     * @param probabilities flat, of the largest block, where they are not kept
     * @param mask (1, BLOCK, BLOCK): −∞ above the diagonal
     */
    record Shared(Tensor probabilities, Tensor mask) {
        static Shared of(int heads, long tokens, Workspace memory) {
            Tensor mask = memory.filled(Float.NEGATIVE_INFINITY, 1, BLOCK, BLOCK);
            try (PointerScope scope = new PointerScope()) {
                mask.triu_(1);
            }
            return new Shared(memory.full(tokens <= LONGEST_KEPT ? 0 : heads * BLOCK * tokens), mask);
        }
    }

    private final boolean kept;
    private final List<Block> blocks = new ArrayList<>();
    private final Tensor mask;

    /**
     * Makes the memory.
     *
     * @param shared for as many tokens
     */
    AttentionPass(int heads, long tokens, Shared shared, Workspace memory) {
        mask = shared.mask();
        kept = tokens <= LONGEST_KEPT;
        for (long from = 0; from < tokens; from += BLOCK) {
            long to = Math.min(tokens, from + BLOCK);
            blocks.add(new Block(
                    from,
                    to,
                    kept
                            ? memory.full(heads, to - from, to)
                            : memory.view(shared.probabilities(), heads, to - from, to)));
        }
    }

    /** For the way back: half of the scores and the blocks' other half on the diagonal, or none. */
    static long keptBytesPerToken(int heads, long tokens) {
        return tokens <= LONGEST_KEPT ? heads * (tokens + Math.min(tokens, BLOCK)) / 2 * Float.BYTES : 0;
    }

    void forward(Tensor q, Tensor k, Tensor v, Tensor mixed) {
        Tensor queries = perHead(q);
        Tensor keys = perHead(k);
        Tensor values = perHead(v);
        Tensor result = perHead(mixed);
        for (Block block : blocks) {
            makeProbabilities(block, queries, keys);
            torch.bmm_out(block.queries(result), block.probabilities(), block.keys(values));
        }
    }

    private void makeProbabilities(Block block, Tensor queries, Tensor keys) {
        Tensor scores = block.probabilities();
        scores.baddbmm_(block.queries(queries), block.keys(keys).transpose(1, 2), new Scalar(0.0), new Scalar(SCALE));
        long size = block.to() - block.from();
        scores.narrow(2, block.from(), size).add_(mask.narrow(1, 0, size).narrow(2, 0, size));
        torch.softmax_out(scores, scores, 2);
    }

    /** Of what was taken forward last; the gradients of q, k and v are written over. */
    void backward(Tensor mixedGrad, Tensor q, Tensor k, Tensor v, Tensor qGrad, Tensor kGrad, Tensor vGrad) {
        Tensor queries = perHead(q);
        Tensor keys = perHead(k);
        Tensor values = perHead(v);
        Tensor resultGrad = perHead(mixedGrad);
        Tensor queriesGrad = perHead(qGrad);
        Tensor keysGrad = perHead(kGrad);
        Tensor valuesGrad = perHead(vGrad);
        Scalar nothing = new Scalar(0.0);
        Scalar all = new Scalar(1.0);
        Scalar scale = new Scalar(SCALE);
        Scalar keep = nothing;
        // The last block looks at all keys, so that it writes where the others add.
        for (int i = blocks.size() - 1; i >= 0; i--) {
            try (PointerScope scope = new PointerScope()) {
                Block block = blocks.get(i);
                if (!kept) {
                    makeProbabilities(block, queries, keys);
                }
                Tensor probabilities = block.probabilities();
                Tensor outGrad = block.queries(resultGrad);
                block.keys(valuesGrad).baddbmm_(probabilities.transpose(1, 2), outGrad, keep, all);
                Tensor scoresGrad = torch.bmm(outGrad, block.keys(values).transpose(1, 2));
                SOFTMAX_BACKWARD.call(
                        new IValue(scoresGrad),
                        new IValue(probabilities),
                        new IValue(2L),
                        new IValue((long) ScalarType.Float.value),
                        new IValue(scoresGrad));
                block.queries(queriesGrad).baddbmm_(scoresGrad, block.keys(keys), nothing, scale);
                block.keys(keysGrad).baddbmm_(scoresGrad.transpose(1, 2), block.queries(queries), keep, scale);
            }
            keep = all;
        }
    }

    /** (T, H, 64) to (H, T, 64), the same memory. */
    private static Tensor perHead(Tensor x) {
        return x.transpose(0, 1);
    }
}
