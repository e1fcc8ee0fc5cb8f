package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy over the tied head, a few rows at a time. The logits of a micro-batch are the largest tensor of all (8
 * sequences of 2,048 over 32,768 tokens are 2.1 GB), so they are never made whole: each chunk's logits become its loss
 * and, in place, its gradient, and are gone. Targets below 0 are ignored.
 */
final class LanguageModelHead implements AutoCloseable {
    private static final long CPU_CHUNK_ROWS = Long.getLong("fm.chunk", 256);
    private static final long CUDA_CHUNK_ROWS = 4_096;
    private static final long ROWS_IN_CACHE = 8;

    private final Tensor embedding;

    /** (R, V), float32: a chunk's logits on the CPU, where fresh memory costs as much as what is computed into it. */
    private @Nullable Tensor room;

    LanguageModelHead(Tensor embedding) {
        this.embedding = embedding;
    }

    /** How many rows' logits are there at once. */
    static long chunkRows(boolean onCuda) {
        return onCuda ? CUDA_CHUNK_ROWS : CPU_CHUNK_ROWS;
    }

    /** Hidden states (…, C) to logits (…, V), float32, with autograd. */
    Tensor logits(Tensor hidden, Compute compute) {
        return Compute.full(compute.linear(compute.lower(hidden), embedding));
    }

    /** The sum of the losses, a float64 scalar on the device. Hidden is (B, T, C), targets (B, T). */
    Tensor lossSum(Tensor hidden, Tensor targets, Compute compute) {
        return inChunks(hidden, targets, compute, (rows, weight, chunk, from) -> {});
    }

    /** The loss of each target: hidden is (N, C), targets (N), none below 0; gives (N), float32, in nats. */
    Tensor losses(Tensor hidden, Tensor targets, Compute compute) {
        Tensor losses = torch.zeros(new long[] {hidden.size(0)}, hidden.options());
        inChunks(hidden, targets, compute, (rows, weight, chunk, from) -> chunk.copyLossesTo(losses, from));
        return losses;
    }

    /**
     * The sum of the losses, and the gradient of {@code scale} times it: with respect to the hidden states into {@code
     * hiddenGrad} (B·T, C) and, unless the embedding is frozen, with respect to it into {@code weightGrad} (V, C), both
     * float32.
     *
     * @param keep whether to add to what {@code weightGrad} holds; otherwise whatever was in it is written over
     */
    Tensor lossSumAndGradient(
            Tensor hidden,
            Tensor targets,
            double scale,
            Compute compute,
            Tensor hiddenGrad,
            @Nullable Tensor weightGrad,
            boolean keep) {
        boolean fp32 = compute.precision() == Precision.FP32;
        // In float32 the products scale their results at no cost; bfloat16's would round twice.
        Scalar scaled = new Scalar(fp32 ? scale : 1);
        double inLogits = fp32 ? 1 : scale;
        return inChunks(hidden, targets, compute, (rows, weight, chunk, from) -> {
            Tensor logitsGrad = compute.lower(chunk.gradientInPlace(inLogits));
            Tensor intoHidden = hiddenGrad.narrow(0, from, rows.size(0));
            boolean adds = keep || from > 0;
            if (fp32) {
                intoHidden.addmm_(logitsGrad, weight, new Scalar(0.0), scaled);
            } else {
                intoHidden.copy_(logitsGrad.mm(weight));
            }
            if (weightGrad != null && fp32) {
                weightGrad.addmm_(logitsGrad.t(), rows, new Scalar(adds ? 1.0 : 0.0), scaled);
            } else if (weightGrad != null && adds) {
                weightGrad.add_(logitsGrad.t().mm(rows));
            } else if (weightGrad != null) {
                weightGrad.copy_(logitsGrad.t().mm(rows));
            }
        });
    }

    private interface ChunkStep {
        void accept(Tensor rows, Tensor weight, Chunk chunk, long from);
    }

    private Tensor inChunks(Tensor hidden, Tensor targets, Compute compute, ChunkStep step) {
        Tensor rows = hidden.detach().reshape(-1, hidden.size(-1));
        Tensor flatTargets = targets.reshape(-1, 1);
        Tensor sum = torch.zeros(new long[] {}, rows.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
        long count = rows.size(0);
        long chunkRows = chunkRows(compute.onCuda());
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = compute.lower(embedding.detach());
            for (long from = 0; from < count; from += chunkRows) {
                try (PointerScope scope = new PointerScope()) {
                    long size = Math.min(chunkRows, count - from);
                    Tensor chunkOf = compute.lower(rows.narrow(0, from, size));
                    Tensor logits = logitsOf(chunkOf, weight, compute);
                    Chunk chunk = new Chunk(logits, flatTargets.narrow(0, from, size));
                    sum.add_(chunk.lossSum());
                    step.accept(chunkOf, weight, chunk, from);
                }
            }
        }
        return sum;
    }

    /** (R, C) and (V, C) give (R, V), float32; good until the next chunk's. */
    private Tensor logitsOf(Tensor rows, Tensor weight, Compute compute) {
        if (compute.onCuda()) {
            return Compute.full(rows.mm(weight.t()));
        }
        Tensor logits = room(weight.size(0)).narrow(0, 0, rows.size(0));
        if (compute.precision() == Precision.FP32) {
            torch.mm_out(logits, rows, weight.t());
        } else {
            logits.copy_(rows.mm(weight.t()));
        }
        return logits;
    }

    private Tensor room(long vocabSize) {
        Tensor made = room;
        if (made == null) {
            made = torch.empty(CPU_CHUNK_ROWS, vocabSize);
            made.retainReference();
            room = made;
        }
        return made;
    }

    @Override
    public void close() {
        if (room != null) {
            room.close();
        }
    }

    /** The logits (R, V) of a chunk, which turn into probabilities as soon as they are here. */
    private static final class Chunk {
        private final Tensor probabilities; // (R, V)
        private final Tensor targets; // (R, 1)
        private final Tensor counted; // (R, 1): 1, or 0 where the target is ignored
        private final Tensor losses; // (R, 1)

        Chunk(Tensor logits, Tensor targetsOrIgnored) {
            targets = targetsOrIgnored.clamp_min(new Scalar(0L));
            counted = targetsOrIgnored.ge(new Scalar(0L)).to(ScalarType.Float);
            probabilities = logits;
            Tensor ofTargets = logits.gather(1, targets);
            // log Σ exp = largest logit − log of its probability
            losses = logSumOfExponentials().sub_(ofTargets).mul_(counted);
        }

        /** (R, 1), of the logits, which become probabilities, a few rows at a time while they lie in the cache. */
        private Tensor logSumOfExponentials() {
            long count = probabilities.size(0);
            long atOnce = probabilities.is_cuda() ? count : ROWS_IN_CACHE * Libtorch.threads();
            Tensor largest = torch.empty_like(counted);
            Tensor likeliest = torch.empty_like(counted);
            for (long from = 0; from < count; from += atOnce) {
                try (PointerScope scope = new PointerScope()) {
                    long size = Math.min(atOnce, count - from);
                    Tensor rows = probabilities.narrow(0, from, size);
                    torch.amax_out(largest.narrow(0, from, size), rows, new long[] {1}, true);
                    // In place: the kernel goes row by row, and has read one before it writes it.
                    torch.softmax_out(rows, rows, 1);
                    torch.amax_out(likeliest.narrow(0, from, size), rows, new long[] {1}, true);
                }
            }
            return largest.sub_(likeliest.log_());
        }

        Tensor lossSum() {
            return losses.sum(new ScalarTypeOptional(ScalarType.Double));
        }

        void copyLossesTo(Tensor all, long from) {
            all.narrow(0, from, losses.size(0)).copy_(losses.view(-1));
        }

        /** scale · (softmax − one-hot), in the memory of the logits. */
        Tensor gradientInPlace(double scale) {
            if (scale == 1 && !probabilities.is_cuda() && counted.min().item_float() == 1) {
                return probabilities.scatter_add_(1, targets, counted.neg());
            }
            Tensor scaled = counted.mul(new Scalar(scale));
            return probabilities.mul_(scaled).scatter_add_(1, targets, scaled.neg());
        }
    }
}
