package ai.flightmind.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A process of its own on the tests' class path. Its lines are read as they come; closing it kills it. */
final class ChildJvm implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final Thread reader;

    private ChildJvm(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.reader = new Thread(this::readAll, "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one.
     *
     * @param shellPrefix bash commands before it, such as {@code ulimit -f 100;}, or the words of a command that runs it,
     *     such as {@code exec ip netns exec a}, or empty
     * @param errors where its standard error goes
     */
    static ChildJvm start(String shellPrefix, Path errors, List<String> options, Class<?> main, String... arguments) {
        return start(shellPrefix, Map.of(), errors, options, main, arguments);
    }

    /** Starts one with further variables in its environment. */
    static ChildJvm start(
            String shellPrefix,
            Map<String, String> environment,
            Path errors,
            List<String> options,
            Class<?> main,
            String... arguments) {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        java.addAll(options);
        java.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        java.addAll(List.of(arguments));
        String quoted = java.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            "bash", "-c", shellPrefix + (shellPrefix.startsWith("exec") ? " " : " exec ") + quoted)
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
            builder.environment().putAll(environment);
            return new ChildJvm(builder.start(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readAll() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
                unread.add(line);
            }
        } catch (IOException killed) {
            lines.add("(" + killed.getMessage() + ")");
        }
    }

    /** The next line that begins so; those before it are passed over. */
    String awaitLine(String prefix) {
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (true) {
                String line = unread.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (line == null) {
                    throw new AssertionError("No line '" + prefix + "…' in " + describe());
                }
                if (line.startsWith(prefix)) {
                    return line;
                }
            }
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new InterruptedIOException());
        }
    }

    /** SIGKILL: nothing in the process gets to run any more. */
    void kill() {
        boolean ignored = process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** SIGTERM. Not by {@link Process#destroy}, which also closes the pipe that the last lines come through. */
    boolean terminate() {
        return process.toHandle().destroy();
    }

    long pid() {
        return process.pid();
    }

    int awaitExit() {
        return awaitExit(Duration.ofSeconds(PATIENCE_SECONDS));
    }

    int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Still running: " + describe());
            }
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new InterruptedIOException());
        }
    }

    /** All it has printed so far that begins so, without the beginning. */
    List<String> lines(String prefix) {
        synchronized (lines) {
            return lines.stream()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()))
                    .toList();
        }
    }

    String describe() {
        try {
            return lines + "\n" + (Files.exists(errors) ? Files.readString(errors) : "");
        } catch (IOException e) {
            return lines.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
