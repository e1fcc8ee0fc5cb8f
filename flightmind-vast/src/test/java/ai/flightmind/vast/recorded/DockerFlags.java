package ai.flightmind.vast.recorded;

import ai.flightmind.vast.instance.InstanceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command's {@code --env} text, given to a builder. What the command drops without a word is dropped here, too. */
final class DockerFlags {
    private static final Pattern PORT = Pattern.compile("(\\d+):(\\d+)(/udp)?");
    private static final Pattern MOUNT = Pattern.compile("([^:]+):(.+)");

    private DockerFlags() {}

    static void give(String text, InstanceSpec.Builder spec) {
        List<String> words = words(text);
        for (int i = 0; i + 1 < words.size(); i++) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "-e" -> {
                    int equals = value.indexOf('=');
                    if (equals > 0) {
                        spec.env(value.substring(0, equals), value.substring(equals + 1));
                    }
                    i++;
                }
                case "-p" -> {
                    Matcher port = PORT.matcher(value);
                    if (port.matches()) {
                        int outside = Integer.parseInt(port.group(1));
                        int inside = Integer.parseInt(port.group(2));
                        var unused = port.group(3) == null ? spec.port(outside, inside) : spec.udpPort(outside, inside);
                    }
                    i++;
                }
                case "-v" -> {
                    Matcher mount = MOUNT.matcher(value);
                    if (mount.matches()) {
                        spec.mount(mount.group(1), mount.group(2));
                    }
                    i++;
                }
                case "-n" -> spec.network(words.get(++i));
                case "-h" -> spec.hostname(words.get(++i));
                default -> {
                    // not one of the flags the command knows
                }
            }
        }
    }

    /** Split at single spaces outside quotes, so that two spaces make an empty word. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0 ? c == quote : c == '"' || c == '\'') {
                quote = quote == 0 ? c : 0;
            } else if (c == ' ' && quote == 0) {
                words.add(word.toString());
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        words.add(word.toString());
        return words;
    }
}
