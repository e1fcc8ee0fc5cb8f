package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The losses of a few rows and their gradients. On the CPU the vocabulary is gone through in blocks: a block's logits become
 * probabilities within the block as soon as they are there, and are brought to those within the whole vocabulary right before
 * they go into the products of the way back, so that each pass over them finds them in the caches.
 */
final class HeadChunk {
    private static final long CPU_BLOCK = 2_048;
    private static final long CPU_ROWS_IN_CACHE = 64;

    /** Tokens from, to, the probabilities (R, to − from) among them, float32, and the log of their logits' exponentials' sum. */
    private record Block(long from, long to, Tensor probabilities, Tensor logSum) {
        Tensor of(Tensor weight) {
            return weight.narrow(0, from, to - from);
        }
    }

    private final Tensor hidden; // (R, C), in the numbers of products
    private final Tensor weight; // (V, C)
    private final Compute compute;
    private final Tensor targets; // (R, 1)
    private final Tensor counted; // (R, 1): 1, or 0 where the target is ignored
    private final List<Block> blocks = new ArrayList<>();
    private final Tensor logSum; // (R, 1)
    private final Tensor losses; // (R, 1)

    /**
     * Computes the losses.
     *
     * @param room of {@link #roomFor} numbers; null where memory costs nothing
     * @param logitsKept whether gradients will be asked for
     */
    HeadChunk(
            Tensor hidden,
            Tensor weight,
            Tensor targetsOrIgnored,
            Compute compute,
            @Nullable Tensor room,
            boolean logitsKept) {
        this.hidden = hidden;
        this.weight = weight;
        this.compute = compute;
        targets = targetsOrIgnored.clamp_min(new Scalar(0L));
        counted = targetsOrIgnored.ge(new Scalar(0L)).to(ScalarType.Float);
        long vocabulary = weight.size(0);
        long width = room == null ? vocabulary : CPU_BLOCK;
        for (long from = 0; from < vocabulary; from += width) {
            long to = Math.min(vocabulary, from + width);
            blocks.add(block(from, to, room, logitsKept));
        }
        TensorVector logSums =
                new TensorVector(blocks.stream().map(Block::logSum).toArray(Tensor[]::new));
        logSum = torch.cat(logSums, 1).logsumexp(new long[] {1}, true);
        losses = logSum.sub(logitsOfTargets()).mul_(counted);
    }

    /** How many numbers the logits of so many rows take. */
    static long roomFor(long rows, long vocabulary, boolean logitsKept) {
        return rows * (logitsKept ? vocabulary : Math.min(vocabulary, CPU_BLOCK));
    }

    private Block block(long from, long to, @Nullable Tensor room, boolean logitsKept) {
        Tensor columns = weight.narrow(0, from, to - from).t();
        if (room == null) {
            Tensor logits = Compute.full(hidden.mm(columns));
            return new Block(from, to, logits, toProbabilities(logits, rows()));
        }
        long size = rows() * (to - from);
        Tensor logits = room.narrow(0, logitsKept ? rows() * from : 0, size).view(rows(), to - from);
        Product.write(logits, hidden, columns);
        return new Block(from, to, logits, toProbabilities(logits, CPU_ROWS_IN_CACHE * Libtorch.threads()));
    }

    /** In place, a few rows at a time; gives log Σ exp of each row's logits, (R, 1). */
    private static Tensor toProbabilities(Tensor logits, long atOnce) {
        long count = logits.size(0);
        Tensor largest = logits.new_empty(count, 1);
        Tensor likeliest = torch.empty_like(largest);
        for (long from = 0; from < count; from += atOnce) {
            try (PointerScope scope = new PointerScope()) {
                long size = Math.min(atOnce, count - from);
                Tensor rows = logits.narrow(0, from, size);
                torch.amax_out(largest.narrow(0, from, size), rows, new long[] {1}, true);
                // In place: the kernel goes row by row, and has read one before it writes it.
                torch.softmax_out(rows, rows, 1);
                torch.amax_out(likeliest.narrow(0, from, size), rows, new long[] {1}, true);
            }
        }
        return largest.sub_(likeliest.log_()); // the largest logit's probability is exp(largest − log Σ exp)
    }

    /** (R, 1), rounded as the products' are. */
    private Tensor logitsOfTargets() {
        Tensor columns = Compute.full(torch.index_select(weight, 0, targets.view(-1)));
        Tensor logits = columns.mul_(hidden).sum(new long[] {1}, true, new ScalarTypeOptional());
        return Compute.full(logits.to(hidden.scalar_type()));
    }

    long rows() {
        return hidden.size(0);
    }

    Tensor lossSum() {
        return losses.sum(new ScalarTypeOptional(ScalarType.Double));
    }

    void copyLossesTo(Tensor all, long from) {
        all.narrow(0, from, rows()).copy_(losses.view(-1));
    }

    /**
     * The gradients of {@code scale} times the sum of the losses.
     *
     * @param hiddenGrad (R, C), written over
     * @param weightGrad (V, C), or null if none is wanted
     * @param adds whether to add to the weights' or to write over it
     */
    void gradients(double scale, Tensor hiddenGrad, @Nullable Tensor weightGrad, boolean adds) {
        boolean full = compute.precision() == Precision.FP32;
        // In float32 the products scale their results at no cost; bfloat16's would round twice.
        double inProducts = full ? scale : 1;
        Tensor ofRows = counted.mul(new Scalar(full ? 1 : scale));
        hiddenGrad.zero_();
        for (Block block : blocks) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logitsGrad = compute.lower(logitsGradient(block, ofRows));
                hiddenGrad.add_(Product.of(logitsGrad, block.of(weight)), new Scalar(inProducts));
                if (weightGrad != null) {
                    Product.sum(block.of(weightGrad), logitsGrad.t(), hidden, adds, inProducts);
                }
            }
        }
    }

    /** (softmax − one-hot) · ofRows of a block, in the memory of its probabilities. */
    private Tensor logitsGradient(Block block, Tensor ofRows) {
        Tensor inWhole = block.logSum().sub(logSum).exp_().mul_(ofRows);
        Tensor column = targets.sub(new Scalar(block.from()));
        Tensor inside = column.ge(new Scalar(0L)).logical_and_(column.lt(new Scalar(block.to() - block.from())));
        Tensor oneHot = inside.to(ScalarType.Float).mul_(ofRows).neg_();
        column.clamp_(
                new ScalarOptional(new Scalar(0L)), new ScalarOptional(new Scalar(block.to() - block.from() - 1)));
        return block.probabilities().mul_(inWhole).scatter_add_(1, column, oneHot);
    }
}
