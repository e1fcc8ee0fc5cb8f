package ai.flightmind.model;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The keys and values of what a model has read, so that the next token costs one position and not all of them again. Each
 * row is a sequence of its own, with a length of its own; a token at position p stands in slot p. Made by {@link
 * Inference#newCache}; native memory that is given back by {@link #close()}. Not thread-safe.
 */
public final class KeyValueCache implements AutoCloseable {
    /** Of each layer its keys, then its values: (B, H, capacity, 64). */
    private final Tensor[] memory;

    private final int capacity;
    private int[] lengths;

    private KeyValueCache(int depth, int capacity, int[] lengths) {
        this.memory = new Tensor[2 * depth];
        this.capacity = capacity;
        this.lengths = lengths;
    }

    static KeyValueCache empty(GptConfig config, int rows, int capacity, TensorOptions options) {
        if (rows < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "A cache has at least one row of at least one token, not " + rows + " of " + capacity + " tokens");
        }
        KeyValueCache cache = new KeyValueCache(config.depth(), capacity, new int[rows]);
        long[] shape = {rows, config.heads(), capacity, GptConfig.HEAD_SIZE};
        // Zeros, not memory as it comes: what is masked still meets a weight of 0, and 0 · NaN is NaN.
        cache.fill(i -> torch.zeros(shape, options));
        return cache;
    }

    private interface LayerMemory {
        Tensor of(int index);
    }

    private void fill(LayerMemory source) {
        try {
            for (int i = 0; i < memory.length; i++) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor filled = source.of(i);
                    filled.retainReference();
                    replace(i, filled);
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void replace(int index, Tensor by) {
        Tensor old = memory[index];
        memory[index] = by;
        if (old != null) {
            old.close();
        }
    }

    public int rows() {
        return lengths.length;
    }

    /** How many tokens a row has room for. */
    public int capacity() {
        return capacity;
    }

    /** How many tokens a row holds. */
    public int length(int row) {
        return lengths[row];
    }

    /** The memory it takes on its device, however much of it is filled. */
    public long bytes() {
        return memory.length * memory[0].nbytes();
    }

    /** Forgets all tokens; the memory stays. */
    public void clear() {
        Arrays.fill(lengths, 0);
    }

    /** Keeps these rows, in this order, and gives back the memory of the others; a layer at a time is held twice. */
    public void keepRows(int... rows) {
        int[] kept = lengthsOf(rows);
        fill(i -> rowsOf(memory[i], rows, kept, capacity));
        lengths = kept;
    }

    /**
     * A new cache whose rows begin as copies of rows of this one: row i of row {@code rows[i]}, which may be named any
     * number of times.
     *
     * @param capacity of the new one, in tokens per row; at least what the named rows hold
     */
    public KeyValueCache copyOf(int[] rows, int capacity) {
        int[] copied = lengthsOf(rows);
        KeyValueCache copy = new KeyValueCache(memory.length / 2, capacity, copied);
        copy.fill(i -> rowsOf(memory[i], rows, copied, capacity));
        return copy;
    }

    private int[] lengthsOf(int[] rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("A cache has at least one row");
        }
        return Arrays.stream(rows).map(this::length).toArray();
    }

    private static Tensor rowsOf(Tensor from, int[] rows, int[] lengths, int capacity) {
        int longest = Arrays.stream(lengths).max().orElseThrow();
        if (longest > capacity) {
            throw new IllegalArgumentException("A row of " + longest + " tokens has no room in " + capacity);
        }
        Tensor index = torch.tensor(rows).to(from.device(), ScalarType.Long);
        Tensor copy = torch.zeros(new long[] {rows.length, from.size(1), capacity, from.size(3)}, from.options());
        copy.narrow(2, 0, longest).copy_(torch.index_select(from.narrow(2, 0, longest), 0, index));
        return copy;
    }

    /** The memory of a layer's keys: (B, H, capacity, 64). */
    Tensor keys(int layer) {
        return memory[2 * layer];
    }

    /** The memory of a layer's values: (B, H, capacity, 64). */
    Tensor values(int layer) {
        return memory[2 * layer + 1];
    }

    int[] lengths() {
        return lengths.clone();
    }

    /** Takes note of tokens that every layer has been given. */
    void advance(int row, int tokens) {
        lengths[row] += tokens;
    }

    @Override
    public void close() {
        for (Tensor each : memory) {
            if (each != null) {
                each.close();
            }
        }
    }
}
