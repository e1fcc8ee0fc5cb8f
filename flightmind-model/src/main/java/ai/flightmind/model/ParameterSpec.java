package ai.flightmind.model;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One trained tensor before it exists.
 *
 * @param name as in the original's state dict
 * @param shape its dimensions
 * @param initStd the standard deviation of its normal initialisation; empty for weights that start at 1
 */
record ParameterSpec(String name, List<Long> shape, OptionalDouble initStd) {
    static ParameterSpec matrix(String name, long out, long in, double initStd) {
        return new ParameterSpec(name, List.of(out, in), OptionalDouble.of(initStd));
    }

    static ParameterSpec norm(String name, long width) {
        return new ParameterSpec(name, List.of(width), OptionalDouble.empty());
    }

    long count() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
