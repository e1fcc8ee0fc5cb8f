package ai.flightmind.vast.ssh;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What to run and how to listen to it. The text goes to the login's shell as {@code ssh host text} does; quote words with
 * {@link Shell#quote}. Immutable, unless what it was given is used up, as a stream.
 */
public final class RemoteCommand {
    private static final int SHOWN = 80;

    /** Writes a command's input. It is called once per run, on a thread of the session. */
    @FunctionalInterface
    public interface Input {
        /** The stream is closed afterwards. An exception that is not the stream's own ends the command. */
        void writeTo(OutputStream stdin) throws IOException;
    }

    /** Takes bytes as they come. It is called by one thread at a time. */
    @FunctionalInterface
    public interface Bytes {
        /** The array is used again afterwards. An exception ends the command. */
        void accept(byte[] bytes, int offset, int length) throws IOException;
    }

    private final String text;
    private final Map<String, String> environment;
    private final @Nullable Input input;
    private final @Nullable Supplier<Bytes> stdout;
    private final @Nullable Supplier<Bytes> stderr;
    private final @Nullable Duration timeout;

    private RemoteCommand(Builder builder) {
        this.text = builder.text;
        this.environment = Map.copyOf(builder.environment);
        this.input = builder.input;
        this.stdout = builder.stdout;
        this.stderr = builder.stderr;
        this.timeout = builder.timeout;
    }

    /** A command in the language of the machine's shell. */
    public static Builder builder(String text) {
        return new Builder(text);
    }

    String text() {
        return text;
    }

    String exports() {
        return Shell.exports(environment);
    }

    @Nullable
    Input input() {
        return input;
    }

    @Nullable
    Bytes stdout() {
        return stdout == null ? null : stdout.get();
    }

    @Nullable
    Bytes stderr() {
        return stderr == null ? null : stderr.get();
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    /** The text's beginning; never the environment. */
    @Override
    public String toString() {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN - 1) + "…";
    }

    /** Not thread-safe. */
    public static final class Builder {
        private final String text;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private @Nullable Input input;
        private @Nullable Supplier<Bytes> stdout;
        private @Nullable Supplier<Bytes> stderr;
        private @Nullable Duration timeout;

        private Builder(String text) {
            if (text.isBlank() || text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("text: a command is needed, without NUL characters");
            }
            this.text = text;
        }

        /**
         * A variable for the command. It travels in the command line, so other users of the instance may see it in the
         * list of processes; it is in none of our messages.
         */
        public Builder environment(String name, String value) {
            Shell.exports(Map.of(name, value));
            environment.put(name, value);
            return this;
        }

        /** Default: none, the command finds its input ended. */
        public Builder stdin(Input input) {
            this.input = input;
            return this;
        }

        /** The stream is read to its end, and left open. */
        public Builder stdin(InputStream stream) {
            return stdin(stream::transferTo);
        }

        /** This text, as UTF-8. */
        public Builder stdin(String utf8) {
            byte[] bytes = utf8.getBytes(StandardCharsets.UTF_8);
            return stdin(out -> new ByteArrayInputStream(bytes).transferTo(out));
        }

        /** Each line of stdout as it comes, without its end; not kept for the result then. */
        public Builder onStdoutLine(Consumer<String> line) {
            this.stdout = () -> new LineSplitter(line);
            return this;
        }

        /** Each line of stderr as it comes, without its end; not kept for the result then. */
        public Builder onStderrLine(Consumer<String> line) {
            this.stderr = () -> new LineSplitter(line);
            return this;
        }

        /** The bytes of stdout as they come; not kept for the result then. */
        public Builder onStdout(Bytes bytes) {
            this.stdout = () -> bytes;
            return this;
        }

        /** The bytes of stderr as they come; not kept for the result then. */
        public Builder onStderr(Bytes bytes) {
            this.stderr = () -> bytes;
            return this;
        }

        /** After which the command is ended, there too. Default: none. */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout must be above 0");
            }
            this.timeout = timeout;
            return this;
        }

        public RemoteCommand build() {
            return new RemoteCommand(this);
        }
    }
}
