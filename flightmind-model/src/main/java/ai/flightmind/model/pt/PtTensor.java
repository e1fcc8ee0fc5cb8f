package ai.flightmind.model.pt;

import java.util.List;

/**
 * A tensor as a file describes it: where its elements lie, not the elements. {@link PtReader#read}
 * fetches them. Two with an equal {@code storageKey} in one file are views of the same memory, as
 * tied weights are. All counts are elements, not bytes.
 *
 * @param storageKey name of the storage in its file: {@code 0}, {@code 1}, …
 * @param storageNumel length of that storage
 * @param dtype type of the elements
 * @param shape sizes, empty for a scalar
 * @param strides distance between neighbours along each dimension, never negative
 * @param offset where in the storage the first element is
 */
public record PtTensor(
        String storageKey, long storageNumel, PtDtype dtype, List<Long> shape, List<Long> strides, long offset) {

    /** libtorch's own limit; also keeps a small pickle from describing a large list many times. */
    private static final int MAX_DIMS = 64;

    /** @throws IllegalArgumentException if the view does not lie within its storage */
    public PtTensor {
        if (shape.size() > MAX_DIMS || shape.size() != strides.size()) {
            throw new IllegalArgumentException(
                    "a tensor of " + shape.size() + " sizes and " + strides.size() + " strides");
        }
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        boolean negative =
                shape.stream().anyMatch(n -> n < 0) || strides.stream().anyMatch(n -> n < 0);
        if (negative || offset < 0 || storageNumel < 0) {
            throw new IllegalArgumentException("a tensor with a negative size, stride or offset");
        }
        try {
            product(shape);
            Math.multiplyExact(storageNumel, dtype.itemBytes());
            if (Math.addExact(offset, extent(shape, strides)) > storageNumel && !shape.contains(0L)) {
                throw new IllegalArgumentException("a tensor of shape " + shape + " at " + offset
                        + " reaches past the end of its storage of " + storageNumel);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a tensor whose size " + shape + " exceeds 64 bits", e);
        }
    }

    /** Number of elements; 1 for a scalar. */
    public long numel() {
        return product(shape);
    }

    /** Whether the elements lie next to each other in row-major order. */
    public boolean isContiguous() {
        long expected = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && strides.get(i) != expected) {
                return numel() == 0;
            }
            expected *= shape.get(i);
        }
        return true;
    }

    /** Elements from the first to the last one, both included: the part of the storage that is needed. */
    long extent() {
        return extent(shape, strides);
    }

    private static long extent(List<Long> shape, List<Long> strides) {
        long last = 0;
        for (int i = 0; i < shape.size(); i++) {
            if (shape.get(i) == 0) {
                return 0;
            }
            last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
        }
        return last + 1;
    }

    private static long product(List<Long> shape) {
        if (shape.contains(0L)) {
            return 0;
        }
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
