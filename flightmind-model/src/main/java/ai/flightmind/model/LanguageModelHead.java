package ai.flightmind.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
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
    private static final long CPU_CHUNK_ROWS = 512;
    private static final long CUDA_CHUNK_ROWS = 4_096;

    private final Tensor embedding;

    /** Float32, a chunk's logits on the CPU, where fresh memory costs as much as what is computed into it. */
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
        return inChunks(hidden, targets, compute, false, (chunk, from) -> {});
    }

    /** The loss of each target: hidden is (N, C), targets (N), none below 0; gives (N), float32, in nats. */
    Tensor losses(Tensor hidden, Tensor targets, Compute compute) {
        Tensor losses = torch.zeros(new long[] {hidden.size(0)}, hidden.options());
        inChunks(hidden, targets, compute, false, (chunk, from) -> chunk.copyLossesTo(losses, from));
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
        return inChunks(
                hidden,
                targets,
                compute,
                true,
                (chunk, from) ->
                        chunk.gradients(scale, hiddenGrad.narrow(0, from, chunk.rows()), weightGrad, keep || from > 0));
    }

    private interface ChunkStep {
        void accept(HeadChunk chunk, long from);
    }

    private Tensor inChunks(Tensor hidden, Tensor targets, Compute compute, boolean logitsKept, ChunkStep step) {
        Tensor rows = hidden.detach().reshape(-1, hidden.size(-1));
        Tensor flatTargets = targets.reshape(-1, 1);
        Tensor sum = torch.zeros(new long[] {}, rows.options().dtype(new ScalarTypeOptional(ScalarType.Double)));
        long count = rows.size(0);
        long chunkRows = Math.min(count, chunkRows(compute.onCuda()));
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor weight = compute.lower(embedding.detach());
            Tensor logits = compute.onCuda() ? null : room(HeadChunk.roomFor(chunkRows, weight.size(0), logitsKept));
            for (long from = 0; from < count; from += chunkRows) {
                try (PointerScope scope = new PointerScope()) {
                    long size = Math.min(chunkRows, count - from);
                    HeadChunk chunk = new HeadChunk(
                            compute.lower(rows.narrow(0, from, size)),
                            weight,
                            flatTargets.narrow(0, from, size),
                            compute,
                            logits,
                            logitsKept);
                    sum.add_(chunk.lossSum());
                    step.accept(chunk, from);
                }
            }
        }
        return sum;
    }

    private Tensor room(long size) {
        Tensor made = room;
        if (made == null || made.numel() < size) {
            close();
            made = torch.empty(size);
            made.retainReference();
            room = made;
        }
        return made;
    }

    @Override
    public void close() {
        if (room != null) {
            room.close();
            room = null;
        }
    }
}
