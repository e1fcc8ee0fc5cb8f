package ai.flightmind.train.distributed;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Environment variables, read with messages that name them. */
record Environment(Map<String, String> variables) {
    boolean has(String name) {
        return variables.containsKey(name);
    }

    String text(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "RANK or WORLD_SIZE is set, but " + name + " is not. A launcher sets RANK,"
                            + " WORLD_SIZE, MASTER_ADDR and MASTER_PORT; for a process alone, unset RANK and WORLD_SIZE.");
        }
        return value.strip();
    }

    int integer(String name) {
        String value = text(name);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, not '" + value + "'", e);
        }
    }

    int integer(String name, int otherwise) {
        return has(name) ? integer(name) : otherwise;
    }

    Optional<Instant> epochMillis(String name) {
        try {
            return has(name) ? Optional.of(Instant.ofEpochMilli(Long.parseLong(text(name)))) : Optional.empty();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be milliseconds since 1970, not '" + text(name) + "'", e);
        }
    }

    Optional<Duration> duration(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Duration.parse(text(name)));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    name + " must be a duration like PT90S or PT10M, not '" + text(name) + "'", e);
        }
    }

    <E extends Enum<E>> Optional<E> oneOf(String name, Class<E> values) {
        if (!has(name)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(values.getEnumConstants())
                .filter(value -> value.name().equalsIgnoreCase(text(name)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " must be one of "
                        + Arrays.toString(values.getEnumConstants()).toLowerCase(Locale.ROOT) + ", not '" + text(name)
                        + "'")));
    }
}
