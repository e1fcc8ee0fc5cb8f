package ai.flightmind.model;

import ai.flightmind.model.libtorch.Operator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * softmax(q·kᵀ/√64 + causal mask)·v. By the flash kernel, which never makes the (T, T) scores, on CUDA and for long
 * sequences; for short ones on the CPU as plain products: the CPU's flash kernel calls a threaded BLAS from within its
 * own threads, which is slower even on an idle machine and many times slower on a busy one.
 */
final class CausalAttention implements AutoCloseable {
    /** Beyond it the scores, (B, H, T, T) per layer, would take more memory than they save time. */
    static final int LONGEST_AS_PRODUCTS = 1_024;

    /** Queries that look at as many keys as the last of them: what lies beyond is not computed. */
    static final long BLOCK = 128;

    static final double SCALE = 1 / Math.sqrt(GptConfig.HEAD_SIZE);

    /** (T, T): 0 where a position may look, −∞ where it may not. */
    private final @Nullable Tensor mask;

    CausalAttention(int sequenceLength, Device device) {
        if (device.isCuda() || sequenceLength > LONGEST_AS_PRODUCTS) {
            mask = null;
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor above = torch.full(new long[] {sequenceLength, sequenceLength}, new Scalar(Float.NEGATIVE_INFINITY))
                    .triu(1);
            above.retainReference();
            mask = above;
        }
    }

    /** What {@link #mix} uses for tensors like this one, (B, H, T, 64), when gradients are wanted. */
    AttentionKernel kernel(Tensor like) {
        if (mask != null) {
            return AttentionKernel.PRODUCTS;
        }
        IValue q = new IValue(like.detach().set_requires_grad(true));
        boolean causal = true;
        boolean grouped = false;
        return AttentionKernel.ofLibtorch(Operator.of("aten::_fused_sdp_choice", "")
                .call(
                        q,
                        q,
                        q,
                        Operator.none(),
                        new IValue(0.0),
                        new IValue(causal),
                        Operator.none(),
                        new IValue(grouped))
                .get(0)
                .toInt());
    }

    /** Queries, keys and values (B, H, T, 64), of one dtype; gives (B, H, T, 64). */
    Tensor mix(Tensor q, Tensor k, Tensor v) {
        if (mask == null) {
            return flash(q, k, v, new TensorOptional(), true);
        }
        long batch = q.size(0);
        long heads = q.size(1);
        long length = q.size(2);
        Tensor keys = perHead(k);
        Tensor values = perHead(v);
        TensorVector blocks = perHead(q).split(BLOCK, 1);
        TensorVector mixed = new TensorVector();
        for (long block = 0, from = 0; from < length; block++, from += BLOCK) {
            long to = Math.min(length, from + BLOCK);
            Tensor scores = torch.baddbmm(
                    mask.narrow(0, from, to - from).narrow(1, 0, to),
                    blocks.get(block),
                    keys.narrow(1, 0, to).transpose(1, 2),
                    new Scalar(1.0),
                    new Scalar(SCALE));
            mixed.push_back(torch.bmm(scores.softmax(2), values.narrow(1, 0, to)));
        }
        return torch.cat(mixed, 1).view(batch, heads, length, GptConfig.HEAD_SIZE);
    }

    /**
     * Queries (B, H, T, 64) over the keys and values (B, H, L, 64) of a cache, L at least T.
     *
     * @param allowed (B or 1, 1, T, L), bool: what each query may look at; null for everything
     */
    Tensor mixOver(Tensor q, Tensor k, Tensor v, @Nullable Tensor allowed) {
        if (q.is_cuda()) {
            return flash(q, k, v, allowed == null ? new TensorOptional() : new TensorOptional(allowed), false);
        }
        return q.size(2) == 1 ? gather(q, k, v, allowed) : products(q, k, v, allowed);
    }

    private static Tensor flash(Tensor q, Tensor k, Tensor v, TensorOptional allowed, boolean causal) {
        double dropout = 0;
        return torch.scaled_dot_product_attention(q, k, v, allowed, dropout, causal, new DoubleOptional(), false);
    }

    /** One query per head: sums over products of elements read the cache twice as fast as a BLAS does, head by head. */
    private static Tensor gather(Tensor q, Tensor k, Tensor v, @Nullable Tensor allowed) {
        Tensor scores =
                k.mul(q).sum(new long[] {3}, true, new ScalarTypeOptional()).mul_(new Scalar(SCALE));
        if (allowed != null) {
            hide(scores, allowed.transpose(2, 3));
        }
        return scores.softmax(2).mul(v).sum(new long[] {2}, true, new ScalarTypeOptional());
    }

    private static Tensor products(Tensor q, Tensor k, Tensor v, @Nullable Tensor allowed) {
        Tensor scores = torch.matmul(q, k.transpose(2, 3)).mul_(new Scalar(SCALE));
        if (allowed != null) {
            hide(scores, allowed);
        }
        return torch.matmul(scores.softmax(3), v);
    }

    private static void hide(Tensor scores, Tensor allowed) {
        scores.masked_fill_(allowed.logical_not(), new Scalar(Float.NEGATIVE_INFINITY));
    }

    /** (B, H, T, 64) to (B·H, T, 64). */
    private static Tensor perHead(Tensor x) {
        return x.reshape(x.size(0) * x.size(1), x.size(2), GptConfig.HEAD_SIZE);
    }

    @Override
    public void close() {
        if (mask != null) {
            mask.close();
        }
    }
}
