package ai.flightmind.model.pt;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reaches into nested maps and lists; a value that is missing or of another type fails the test. */
final class Tree {
    private Tree() {}

    static Map<?, ?> map(Object root, Object... path) {
        return (Map<?, ?>) at(root, path);
    }

    static List<?> list(Object root, Object... path) {
        return (List<?>) at(root, path);
    }

    static PtTensor tensor(Object root, Object... path) {
        return (PtTensor) at(root, path);
    }

    private static Object at(Object root, Object... path) {
        Object value = root;
        for (Object step : path) {
            Object next = value instanceof List<?> list ? list.get((Integer) step) : ((Map<?, ?>) value).get(step);
            value = Objects.requireNonNull(next, () -> "nothing at " + step);
        }
        return value;
    }
}
