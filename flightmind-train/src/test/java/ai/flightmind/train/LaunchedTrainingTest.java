package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.launch.LaunchResult;
import ai.flightmind.train.launch.Launcher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real training under the real launcher, whose ranks are killed. */
class LaunchedTrainingTest extends TinyData {
    private static final Percentage ONE_IN_10_000 = withPercentage(0.01);

    @Test
    @Timeout(180)
    void aRunWhoseRanksAreKilledAtAnyMomentRecoversByItself() throws Exception {
        surviveKills(3, 60, new Random(11));
    }

    @Test
    @Tag("soak")
    @Timeout(900)
    void aRunRecoversFromTwentyKills() throws Exception {
        assumeTrue(Boolean.getBoolean("flightmind.soak"), "-Dflightmind.soak=true");
        surviveKills(20, 400, new Random());
    }

    private void surviveKills(int kills, int steps, Random random) throws Exception {
        Lines output = new Lines();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Launcher launcher = Launcher.builder()
                .mainClass(TrainingRank.class)
                .jvmOptions("-XX:TieredStopAtLevel=1")
                .arguments("maxSteps=" + steps, "checkpoints=" + folder.resolve("checkpoints"), data, "timeout=30")
                .processesPerNode(3)
                .maxRestarts(kills)
                .restartDelay(Duration.ZERO)
                .logDirectory(folder.resolve("logs"))
                .out(output)
                .err(errors)
                .build();
        CompletableFuture<LaunchResult> run = CompletableFuture.supplyAsync(launcher::run);
        for (int kill = 0; kill < kills; kill++) {
            output.await("start ");
            output.pass(random.nextInt(80));
            killOneOf(random);
        }
        LaunchResult result = run.get(5, TimeUnit.MINUTES);

        assertThat(result.attempts())
                .as(() -> errors.toString(StandardCharsets.UTF_8))
                .isEqualTo(kills + 1);
        assertThat(ProcessHandle.current().children().filter(LaunchedTrainingTest::isRank))
                .isEmpty();
        assertItWasTheUnbrokenRun(result.logDirectory(), steps);
    }

    /** A rank's parent is this process, in which the launcher runs; its arguments may be too long to be told by the system. */
    private static boolean isRank(ProcessHandle process) {
        return process.isAlive()
                && process.info()
                        .command()
                        .filter(command -> command.endsWith("/java"))
                        .isPresent();
    }

    private static void killOneOf(Random random) {
        // A process that was just begun is not known for a rank before it runs Java.
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        List<ProcessHandle> ranks = ranks();
        while (ranks.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
            ranks = ranks();
        }
        assertThat(ranks).isNotEmpty();
        assertThat(ranks.get(random.nextInt(ranks.size())).destroyForcibly()).isTrue();
    }

    private static List<ProcessHandle> ranks() {
        return ProcessHandle.current()
                .children()
                .filter(LaunchedTrainingTest::isRank)
                .toList();
    }

    private void assertItWasTheUnbrokenRun(Path logs, int steps) throws IOException {
        try (Ranks alone = Ranks.none()) {
            alone.add(folder, Map.of(), "maxSteps=" + steps, data);
            assertThat(alone.awaitExits()).containsOnly(0);
            Map<Long, Double> losses = new TreeMap<>();
            Map<Long, List<Long>> rows = new TreeMap<>();
            for (Path attempt : attempts(logs)) {
                Map<Long, List<Long>> ofAttempt = new TreeMap<>();
                for (int rank = 0; rank < 3; rank++) {
                    for (String line : Files.readAllLines(attempt.resolve("rank-" + rank + ".log"))) {
                        String[] words = line.split(" ", -1);
                        if (rank == 0 && words[0].equals("step")) {
                            losses.put(Long.parseLong(words[1]), Double.parseDouble(words[2]));
                        }
                        if (words[0].equals("rows")) {
                            ofAttempt
                                    .computeIfAbsent(Long.parseLong(words[1]), step -> new ArrayList<>())
                                    .addAll(Stream.of(words[2].split(",", -1))
                                            .map(Long::parseLong)
                                            .toList());
                        }
                    }
                }
                ofAttempt.values().forEach(each -> each.sort(null));
                rows.putAll(ofAttempt); // what an attempt does again, it does instead of the one before
            }
            assertThat(rows).isEqualTo(alone.rows());
            assertThat(losses.keySet()).isEqualTo(alone.stepsDone());
            alone.steps()
                    .forEach((step, said) -> assertThat(losses.get(step))
                            .as("loss of step %s", step)
                            .isCloseTo(said.loss(), ONE_IN_10_000));
        }
    }

    private static List<Path> attempts(Path logs) throws IOException {
        try (Stream<Path> all = Files.list(logs)) {
            return all.sorted(Comparator.comparingInt(path ->
                            Integer.parseInt(path.getFileName().toString().replace("attempt-", ""))))
                    .toList();
        }
    }

    /** What rank 0 prints, line by line. */
    private static final class Lines extends OutputStream {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int character) {
            if (character == '\n') {
                lines.add(partial.toString(StandardCharsets.UTF_8));
                partial.reset();
            } else {
                partial.write(character);
            }
        }

        void await(String prefix) {
            while (!next().startsWith(prefix)) {
                // passed over
            }
        }

        void pass(int count) {
            for (int i = 0; i < count; i++) {
                String ignored = next();
            }
        }

        private String next() {
            try {
                String line = lines.poll(60, TimeUnit.SECONDS);
                assertThat(line).as("the next line").isNotNull();
                return line;
            } catch (InterruptedException e) {
                throw new UncheckedIOException(new InterruptedIOException());
            }
        }
    }
}
