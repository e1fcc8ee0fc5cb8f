package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.train.prepare.PrepareProgress.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that prepare a corpus, anywhere, and lets new ones go on from what is left. */
class KillDuringPrepareTest {
    private static final long SEED = 11;
    private static final List<Stage> KILLED_IN = List.of(
            Stage.TOKENIZING, Stage.TOKENIZING, Stage.TOKENIZING, Stage.SELECTING, Stage.SHUFFLING, Stage.SHUFFLING);
    private static final long CORPUS_BYTES = 24 << 20;

    @TempDir
    Path folder;

    private final List<ChildJvm> children = new ArrayList<>();

    @AfterEach
    void leaveNoProcess() {
        children.forEach(ChildJvm::close);
    }

    @Test
    @Timeout(240)
    void killedPreparationGoesOnAndGivesTheSameBytes() throws IOException {
        Path corpus = corpus();
        Path killed = folder.resolve("killed");
        Random random = new Random(SEED);
        long slicesBefore = 0;
        for (int kill = 0; kill < KILLED_IN.size(); kill++) {
            ChildJvm child = start(corpus, killed, 1 + kill % 2);
            String first = child.awaitLine("");
            assertThat(slices(killed)).isGreaterThanOrEqualTo(slicesBefore);
            if (first.startsWith(Stage.TOKENIZING.name())) {
                long done = Long.parseLong(first.substring(first.indexOf(' ') + 1));
                assertThat(done).isGreaterThan((slicesBefore - 1) << 20);
            }
            if (!first.startsWith(KILLED_IN.get(kill).name())) {
                child.awaitLine(KILLED_IN.get(kill).name());
            }
            LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(20)));
            child.kill();
            if (!child.lines("prepared ").isEmpty()) {
                break; // it was faster than the last kill
            }
            slicesBefore = slices(killed);
        }
        assertThat(slicesBefore).isGreaterThanOrEqualTo(CORPUS_BYTES >> 20);

        ChildJvm last = start(corpus, killed, 2);
        assertThat(last.awaitExit()).as(last::describe).isZero();

        Path unbroken = folder.resolve("unbroken");
        ChildJvm child = start(corpus, unbroken, 1);
        assertThat(child.awaitExit()).as(child::describe).isZero();
        for (String file : List.of("train.bin", "val.bin")) {
            assertThat(killed.resolve(file)).hasSameBinaryContentAs(unbroken.resolve(file));
        }
        assertThat(names(killed)).containsExactly("meta.json", "train.bin", "val.bin");
        assertThat(last.lines("prepared ")).isEqualTo(child.lines("prepared "));
    }

    private Path corpus() throws IOException {
        Random random = new Random(SEED);
        Path corpus = folder.resolve("corpus.jsonl");
        List<String> lines = new ArrayList<>();
        for (long bytes = 0; bytes < CORPUS_BYTES; ) {
            String line = "{\"text\":\"" + Long.toString(random.nextLong(), 36).repeat(1 + random.nextInt(200)) + "\"}";
            bytes += line.length();
            lines.add(line);
            if (random.nextInt(10) == 0) {
                lines.add(lines.get(random.nextInt(lines.size())));
            }
        }
        return Files.write(corpus, lines);
    }

    private ChildJvm start(Path corpus, Path output, int threads) {
        ChildJvm child = ChildJvm.start(
                "",
                folder.resolve("errors.txt"),
                List.of(),
                PreparingMain.class,
                corpus.toString(),
                output.toString(),
                Integer.toString(threads),
                "bytes");
        children.add(child);
        return child;
    }

    private static long slices(Path output) throws IOException {
        return names(output.resolve(".prepare")).stream()
                .filter(name -> name.endsWith(".tokens"))
                .count();
    }

    private static List<String> names(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
