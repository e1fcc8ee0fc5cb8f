package ai.flightmind.model.generation;

import ai.flightmind.model.Inference;
import ai.flightmind.model.KeyValueCache;
import ai.flightmind.model.error.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Continues sequences side by side, a token of each at a time, until each has ended. Those that have ended leave the
 * cache, so that the others do not pay for them.
 */
final class Decoding implements AutoCloseable {
    private final Inference inference;
    private final Generation generation;
    private final Sampler sampler;
    private final int drawable;
    private final KeyValueCache cache;
    private List<Sequence> unfinished;

    /** @param drawable tokens from this id on are never drawn */
    Decoding(Inference inference, List<Sequence> sequences, Generation generation, int drawable) {
        this.inference = inference;
        this.generation = generation;
        this.sampler = new Sampler(generation);
        this.drawable = drawable;
        this.unfinished = sequences.stream()
                .filter(sequence -> !sequence.transcript().isFinished())
                .toList();
        int longest = sequences.stream().mapToInt(Sequence::length).max().orElseThrow();
        long needed = (long) longest + generation.maxNewTokens();
        this.cache = inference.newCache(Math.max(1, unfinished.size()), (int)
                Math.min(needed, inference.config().sequenceLength()));
    }

    boolean isFinished() {
        return unfinished.isEmpty();
    }

    /**
     * Draws the next token of each sequence that has not ended.
     *
     * @throws CancelledException if the thread is interrupted
     */
    void step() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException("Generation was interrupted; what was drawn so far is dropped.");
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = inference.nextTokenLogits(unread(), cache).narrow(1, 0, drawable);
            int[] drawn = sampler.draw(logits, unfinished);
            for (int i = 0; i < drawn.length; i++) {
                unfinished.get(i).add(drawn[i]);
            }
        }
        dropFinished();
    }

    /** What the model has not read of each sequence, for the cache as it is or, where a window must move, emptied. */
    private List<int[]> unread() {
        int sequenceLength = inference.config().sequenceLength();
        boolean moved = unfinished.stream().anyMatch(sequence -> sequence.hasOutgrown(sequenceLength));
        if (moved) {
            cache.clear();
        }
        if (cache.length(0) > 0) {
            return unfinished.stream().map(Sequence::lastToken).toList();
        }
        return unfinished.stream()
                .map(sequence -> sequence.window(sequenceLength, generation.windowStep()))
                .toList();
    }

    private void dropFinished() {
        int[] kept = IntStream.range(0, unfinished.size())
                .filter(row -> !unfinished.get(row).transcript().isFinished())
                .toArray();
        if (kept.length < unfinished.size()) {
            List<Sequence> stillUnfinished = new ArrayList<>();
            for (int row : kept) {
                stillUnfinished.add(unfinished.get(row));
            }
            unfinished = stillUnfinished;
            if (kept.length > 0) {
                cache.keepRows(kept);
            }
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
