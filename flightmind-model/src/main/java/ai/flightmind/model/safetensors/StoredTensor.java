package ai.flightmind.model.safetensors;

import ai.flightmind.model.pt.PtDtype;
import java.util.List;

/**
 * A tensor as a file describes it: where its elements lie, not the elements.
 *
 * @param name unlike any other in its file
 * @param dtype type of the elements
 * @param shape sizes, empty for a scalar
 * @param position of its first byte, from the beginning of the file
 */
public record StoredTensor(String name, PtDtype dtype, List<Long> shape, long position) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** How many bytes its elements take. */
    public long bytes() {
        return bytes(dtype, shape);
    }

    /** @throws ArithmeticException beyond 64 bits */
    static long bytes(PtDtype dtype, List<Long> shape) {
        return shape.stream().reduce((long) dtype.itemBytes(), Math::multiplyExact);
    }

    /** Such as {@code float32[4, 3]}. */
    static String describe(PtDtype dtype, List<Long> shape) {
        return dtype.toString() + shape;
    }
}
