package ai.flightmind.train.checkpoint;

import ai.flightmind.model.pt.PtTensor;
import ai.flightmind.train.error.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dictionary of a checkpoint, read by type; what is missing or of another type is named with its whole path. */
final class Fields {
    private final Path file;
    private final String path;
    private final Map<?, ?> map;

    private Fields(Path file, String path, Map<?, ?> map) {
        this.file = file;
        this.path = path;
        this.map = map;
    }

    static Fields root(Path file, Object root) {
        return new Fields(file, "", typed(file, "the file", root, Map.class));
    }

    boolean isEmpty() {
        return map.isEmpty();
    }

    boolean has(Object key) {
        return map.get(key) != null;
    }

    Fields map(Object key) {
        return new Fields(file, path(key), get(key, Map.class));
    }

    Optional<Fields> optionalMap(Object key) {
        return has(key) ? Optional.of(map(key)) : Optional.empty();
    }

    long integer(Object key) {
        return get(key, Long.class);
    }

    double number(Object key) {
        return get(key, Number.class).doubleValue();
    }

    String text(Object key) {
        return get(key, String.class);
    }

    PtTensor tensor(Object key) {
        return get(key, PtTensor.class);
    }

    List<?> list(Object key) {
        return get(key, List.class);
    }

    Fields element(Object key, int index) {
        List<?> list = list(key);
        if (index >= list.size()) {
            throw new CheckpointException(file + ": " + path(key) + " has only " + list.size()
                    + " entries. It is not a checkpoint of this kind.");
        }
        String at = path(key) + "[" + index + "]";
        return new Fields(file, at, typed(file, at, list.get(index), Map.class));
    }

    private <T> T get(Object key, Class<T> type) {
        return typed(file, path(key), map.get(key), type);
    }

    private static <T> T typed(Path file, String path, @Nullable Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw new CheckpointException(file + ": " + path + " should be a " + type.getSimpleName() + ", but is "
                    + (value == null ? "missing" : "a " + value.getClass().getSimpleName())
                    + ". It is not a training checkpoint.");
        }
        return type.cast(value);
    }

    private String path(Object key) {
        return path.isEmpty() ? key.toString() : path + "." + key;
    }
}
