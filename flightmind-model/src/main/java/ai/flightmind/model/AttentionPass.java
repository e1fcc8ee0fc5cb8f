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
 * keys as the last of them: what lies beyond is not computed. Everything is (T, H, 64), float32.
 */
final class AttentionPass {
    private static final long BLOCK = 128;
    private static final double SCALE = 1 / Math.sqrt(GptConfig.HEAD_SIZE);
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

    private final List<Block> blocks = new ArrayList<>();
    private final Tensor mask; // (1, BLOCK, BLOCK): −∞ above the diagonal

    AttentionPass(int heads, long tokens, Workspace memory) {
        for (long from = 0; from < tokens; from += BLOCK) {
            long to = Math.min(tokens, from + BLOCK);
            blocks.add(new Block(from, to, memory.full(heads, to - from, to)));
        }
        mask = memory.filled(Float.NEGATIVE_INFINITY, 1, BLOCK, BLOCK);
        try (PointerScope scope = new PointerScope()) {
            mask.triu_(1);
        }
    }

    void forward(Tensor q, Tensor k, Tensor v, Tensor mixed) {
        Tensor queries = perHead(q);
        Tensor keys = perHead(k);
        Tensor values = perHead(v);
        Tensor result = perHead(mixed);
        Scalar nothing = new Scalar(0.0);
        Scalar scale = new Scalar(SCALE);
        for (Block block : blocks) {
            Tensor scores = block.probabilities();
            scores.baddbmm_(block.queries(queries), block.keys(keys).transpose(1, 2), nothing, scale);
            long size = block.to() - block.from();
            scores.narrow(2, block.from(), size).add_(mask.narrow(1, 0, size).narrow(2, 0, size));
            torch.softmax_out(scores, scores, 2);
            torch.bmm_out(block.queries(result), scores, block.keys(values));
        }
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
            Block block = blocks.get(i);
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
            keep = all;
        }
    }

    /** (T, H, 64) to (H, T, 64), the same memory. */
    private static Tensor perHead(Tensor x) {
        return x.transpose(0, 1);
    }
}
