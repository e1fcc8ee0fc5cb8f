package ai.flightmind.train.launch;

import ai.flightmind.train.distributed.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, which can be killed. */
final class ChildLauncher implements AutoCloseable {
    private final Process process;
    private final Path out;
    private final Path err;

    private ChildLauncher(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static ChildLauncher start(Path folder, List<String> options, String... steps) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dof.the.launcher=yes",
                "-cp",
                System.getProperty("java.class.path"),
                Launch.class.getName(),
                "--log-dir",
                folder.resolve("logs").toString()));
        command.addAll(options);
        command.addAll(List.of("--", RankProgram.class.getName()));
        command.addAll(List.of(steps));
        try {
            Path out = Files.createTempFile(folder, "out", "");
            Path err = Files.createTempFile(folder, "err", "");
            return new ChildLauncher(
                    new ProcessBuilder(command)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start(),
                    out,
                    err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    int awaitExit() {
        try {
            if (!process.waitFor(Scene.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Still running: " + errors());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String printed() {
        return read(out);
    }

    String errors() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
