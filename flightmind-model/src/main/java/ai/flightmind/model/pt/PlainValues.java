package ai.flightmind.model.pt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what {@link Unpickler} made into plain read-only Java values, and refuses graphs that would
 * harm whoever walks them: cycles, deep nesting, and lists that hold themselves many times over and
 * so unfold without bound.
 */
final class PlainValues {
    private static final int MAX_DEPTH = 100;
    private static final long MAX_UNFOLDED = 10_000_000;

    private final PickleInput in;
    private final IdentityHashMap<Object, Plain> done = new IdentityHashMap<>();

    PlainValues(PickleInput in) {
        this.in = in;
    }

    /** A finished value, the number of values in it when walked as a tree, and the tree's height. */
    private record Plain(@Nullable Object value, long unfolded, int height) {}

    @Nullable
    Object of(Object value) {
        return plain(value, 0).value();
    }

    private Plain plain(Object value, int depth) {
        Plain known = done.get(value);
        if (depth + (known == null ? 0 : known.height()) > MAX_DEPTH) {
            // A cycle ends up here too.
            throw in.unsupported("values nested more than " + MAX_DEPTH + " deep");
        }
        if (known != null) {
            return known;
        }
        if (value instanceof LinkedHashMap<?, ?> map) {
            return remember(value, map(map, depth));
        }
        if (value instanceof ArrayList<?> list) {
            return remember(value, list(list, depth));
        }
        if (value instanceof PtTuple tuple) {
            return remember(value, list(tuple.items(), depth));
        }
        return new Plain(leaf(value), 1, 0);
    }

    private Plain map(Map<?, ?> map, int depth) {
        Map<Object, @Nullable Object> result = new LinkedHashMap<>();
        long unfolded = 1;
        int height = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Plain item = plain(entry.getValue(), depth + 1);
            result.put(entry.getKey(), item.value());
            unfolded += 1 + item.unfolded();
            height = Math.max(height, 1 + item.height());
        }
        return new Plain(Collections.unmodifiableMap(result), unfolded, height);
    }

    private Plain list(List<?> list, int depth) {
        List<@Nullable Object> result = new ArrayList<>(list.size());
        long unfolded = 1;
        int height = 0;
        for (Object element : list) {
            Plain item = plain(element, depth + 1);
            result.add(item.value());
            unfolded += item.unfolded();
            height = Math.max(height, 1 + item.height());
        }
        return new Plain(Collections.unmodifiableList(result), unfolded, height);
    }

    private Plain remember(Object value, Plain plain) {
        if (plain.unfolded() > MAX_UNFOLDED) {
            throw in.unsupported("collections that unfold to more than " + MAX_UNFOLDED + " values");
        }
        done.put(value, plain);
        return plain;
    }

    private @Nullable Object leaf(Object value) {
        if (value == Unpickler.NONE) {
            return null;
        }
        if (value instanceof String
                || value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof PtTensor
                || value instanceof PtDtype) {
            return value;
        }
        throw in.unsupported("a type or a storage where a value should be");
    }
}
