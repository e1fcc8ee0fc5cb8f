package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a test of the launcher has at hand. After each, no thread, process or open file of a launch may be left. */
@Timeout(120)
abstract class Scene {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    Path signs;
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final List<ChildLauncher> children = new ArrayList<>();
    private final List<Background<?>> backgrounds = new ArrayList<>();

    @BeforeEach
    void makeFolder() throws IOException {
        signs = Files.createDirectory(folder.resolve("signs"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        boolean ignored = Thread.interrupted();
        children.forEach(ChildLauncher::close);
        backgrounds.forEach(Background::interrupt);
        until("no threads of a launch are left: " + threads(), () -> threads().isEmpty());
        until("no processes are left", () -> processes().isEmpty());
        for (ProcessHandle process : signed()) {
            until("process " + process.pid() + " of a rank is gone", () -> !process.isAlive());
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("flightmind-"))
                .toList();
    }

    private static List<ProcessHandle> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .toList();
    }

    /** Those whose ids ranks have written down. */
    private List<ProcessHandle> signed() throws IOException {
        try (Stream<Path> files = Files.list(signs)) {
            return files.filter(file -> file.getFileName().toString().matches("(pid|child)-.*"))
                    .flatMap(file -> process(file).stream())
                    .toList();
        }
    }

    /** Waits for what is bound to come. */
    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline)
                    .as("waited too long until " + what)
                    .isNegative();
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A launcher that prints here and is quick. */
    Launcher.Builder launcher(String... steps) {
        return Launcher.builder()
                .mainClass(RankProgram.class)
                .arguments(steps)
                .jvmOptions("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .logDirectory(folder.resolve("logs"))
                .restartDelay(Duration.ofMillis(10))
                .killGrace(Duration.ofSeconds(5))
                .out(out)
                .err(err);
    }

    String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    String sign(String name) {
        try {
            return Files.readString(signs.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean hasSign(String name) {
        return Files.exists(signs.resolve(name));
    }

    void makeSign(String name) {
        try {
            Files.createFile(signs.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process that wrote its id there, once it has. */
    ProcessHandle awaitProcess(String sign) {
        until(sign + " is there; errors: " + errors(), () -> hasSign(sign));
        return process(signs.resolve(sign)).orElseThrow();
    }

    private static Optional<ProcessHandle> process(Path file) {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(String name, ProcessHandle process) {
        try {
            assertThat(new ProcessBuilder("kill", "-" + name, "" + process.pid())
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A launcher as a process of its own. */
    ChildLauncher startChild(List<String> options, String... steps) {
        ChildLauncher child = ChildLauncher.start(folder, options, steps);
        children.add(child);
        return child;
    }

    /** A launch that goes on while the test does something about it. */
    <T> Background<T> inBackground(Callable<T> task) {
        Background<T> background = new Background<>(task);
        backgrounds.add(background);
        return background;
    }

    static final class Background<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        private Background(Callable<T> callable) {
            this.task = new FutureTask<>(callable);
            this.thread = new Thread(task, "launching");
            thread.start();
        }

        void interrupt() {
            thread.interrupt();
        }

        boolean isDone() {
            return task.isDone();
        }

        T result() {
            try {
                return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }

        /** What it throws. */
        Throwable failure() {
            try {
                return new AssertionError("It did not fail: " + task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                return Objects.requireNonNull(e.getCause());
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }
    }
}
