package ai.flightmind.vast.run;

import ai.flightmind.vast.fake.FastTime;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link RunUnderTest} in a process of its own. */
final class ChildProgram {
    private static final int KEPT_LINES = 20;
    private static final int SIGKILL = 128 + 9;

    private final Process process;
    private final Deque<String> tail = new ArrayDeque<>();
    private final FastTime time;
    private @Nullable Instant firstLineAt;

    private ChildProgram(Process process, FastTime time) {
        this.process = process;
        this.time = time;
    }

    static ChildProgram start(PretendCloud cloud, Path folder) throws IOException {
        return new ChildProgram(
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Xshare:auto",
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RunUnderTest.class.getName(),
                                cloud.market().url(),
                                cloud.time().begin().toString(),
                                Integer.toString(cloud.time().speed()),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start(),
                cloud.time());
    }

    /**
     * Reads what it prints, and kills it after so many lines.
     *
     * @return its line with the report; empty if it was killed before
     */
    String run(int killAfterLines, Consumer<String> lines) throws IOException, InterruptedException {
        String report = "";
        int count = 0;
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (firstLineAt == null) {
                    firstLineAt = time.now();
                }
                lines.accept(line);
                tail.addLast(line);
                if (tail.size() > KEPT_LINES) {
                    tail.removeFirst();
                }
                report = line.startsWith("REPORT ") ? line : report;
                if (++count == killAfterLines) {
                    // By its handle, which leaves the pipe open: what it has printed is read to the end.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("The program has closed its output, and does not end");
        }
        return report;
    }

    /** By the marketplace's time: when it had begun to look after the run. */
    Optional<Instant> firstLineAt() {
        return Optional.ofNullable(firstLineAt);
    }

    boolean wasKilled() {
        return process.exitValue() == SIGKILL;
    }

    String tail() {
        return String.join("\n", tail);
    }
}
