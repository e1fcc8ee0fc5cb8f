package ai.flightmind.vast.recorded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A command's arguments: plain ones, and options with what follows them. */
final class Arguments {
    private final List<String> plain = new ArrayList<>();
    private final Map<String, List<String>> options = new TreeMap<>();

    /** @param flags options that take nothing */
    Arguments(List<String> args, List<String> flags) {
        List<String> values = plain;
        for (String arg : args) {
            if (arg.startsWith("--env=")) {
                options.put("--env", List.of(arg.substring("--env=".length())));
                values = plain;
            } else if (arg.startsWith("-") && !arg.contains(" ") && !options.containsKey("--args")) {
                List<String> fresh = new ArrayList<>();
                options.put(arg, fresh);
                values = flags.contains(arg) ? plain : fresh;
            } else {
                values.add(arg);
            }
        }
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    List<String> all(String option) {
        return options.getOrDefault(option, List.of());
    }

    @Nullable
    String one(String option) {
        List<String> values = all(option);
        return values.isEmpty() ? null : values.get(0);
    }

    String one(String option, String otherwise) {
        String value = one(option);
        return value == null ? otherwise : value;
    }

    String plain(int index) {
        return plain.get(index);
    }

    List<Long> ids(int from) {
        return plain.subList(from, plain.size()).stream().map(Long::valueOf).toList();
    }
}
