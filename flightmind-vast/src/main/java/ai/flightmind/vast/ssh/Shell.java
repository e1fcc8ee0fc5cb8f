package ai.flightmind.vast.ssh;

import java.util.Map;
import java.util.regex.Pattern;

/** Text that a POSIX shell reads as what was meant. */
public final class Shell {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Shell() {}

    /**
     * The word, quoted where it must be. Nothing in it is expanded.
     *
     * @throws IllegalArgumentException if it holds a NUL, which no shell can take
     */
    public static String quote(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("word holds a NUL character, which no shell can take");
        }
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** A remote path: quoted, but {@code ~} and {@code ~/} at its start are the login's home. */
    public static String path(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("path is empty");
        }
        if (path.equals("~")) {
            return "\"$HOME\"";
        }
        if (path.startsWith("~/")) {
            return "\"$HOME\"/" + quote(path.substring(2));
        }
        return path.startsWith("-") ? quote("./" + path) : quote(path);
    }

    /**
     * Sets the variables for the command that follows it, and for what that starts.
     *
     * @throws IllegalArgumentException if a name is none that a shell takes; the value is not in the message
     */
    public static String exports(Map<String, String> environment) {
        StringBuilder exports = new StringBuilder();
        environment.forEach((name, value) -> {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("environment: " + quote(name) + " is no variable's name");
            }
            exports.append("export ")
                    .append(name)
                    .append('=')
                    .append(quote(value))
                    .append("; ");
        });
        return exports.toString();
    }
}
