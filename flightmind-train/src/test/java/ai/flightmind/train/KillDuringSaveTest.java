package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.pt.PtReader;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that save all the time, 30 MB after each step, and lets new ones go on from what is left. */
class KillDuringSaveTest {
    private static final long SEED = 20_260;

    @TempDir
    Path folder;

    private final List<ChildJvm> children = new ArrayList<>();

    @BeforeEach
    void writeData() {
        TinyRun.write(folder.resolve("data"), TinyRun.TRAIN_ROWS);
    }

    @AfterEach
    void leaveNoProcess() {
        children.forEach(ChildJvm::close);
    }

    @Test
    @Timeout(240)
    void aKilledRunGoesOnFromItsLastCheckpointAsIfNothingHadHappened() throws IOException {
        killAgainAndAgain(5);
    }

    @Test
    @Tag("soak")
    @Timeout(1_800)
    void fortyFiveKillsDoNoHarm() throws IOException {
        assumeTrue(Boolean.getBoolean("flightmind.soak"), "-Dflightmind.soak=true");
        int duringSaves = killAgainAndAgain(45);
        assertThat(duringSaves).as("kills in the middle of a save").isPositive();
    }

    private int killAgainAndAgain(int kills) throws IOException {
        Random random = new Random(SEED);
        Path checkpoints = folder.resolve("killed");
        Map<Long, String> told = new TreeMap<>();
        int duringSaves = 0;
        long saved = -1;
        for (int kill = 0; kill < kills; kill++) {
            ChildJvm child = start(checkpoints, 1_000_000);
            long firstStep = Long.parseLong(child.awaitLine("start ").substring("start ".length()));
            assertThat(firstStep).isGreaterThanOrEqualTo(saved + 1);
            child.awaitLine("saved ");
            for (int i = random.nextInt(3); i >= 0; i--) {
                child.awaitLine("step ");
            }
            LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(80)));
            child.kill();
            duringSaves += partialFiles(checkpoints);
            collect(child, told);
            List<String> saves = child.lines("saved ");
            saved = Long.parseLong(saves.get(saves.size() - 1));
            assertNewestIsSoundAndOfStep(saved, checkpoints);
        }
        System.out.println(kills + " kills, " + duringSaves + " of them during a save, up to step " + saved);

        long maxSteps = saved + 3;
        ChildJvm child = start(checkpoints, maxSteps);
        assertThat(child.awaitExit()).as(child::describe).isZero();
        assertThat(child.lines("ended ")).containsExactly("completed " + maxSteps);
        collect(child, told);
        assertUnbrokenRunIsTheSame(told, maxSteps, checkpoints);
        return duringSaves;
    }

    private void assertUnbrokenRunIsTheSame(Map<Long, String> told, long maxSteps, Path checkpoints)
            throws IOException {
        Path unbroken = folder.resolve("unbroken");
        ChildJvm child = start(unbroken, maxSteps, "every=1000000");
        assertThat(child.awaitExit()).as(child::describe).isZero();
        Map<Long, String> expected = new TreeMap<>();
        collect(child, expected);
        assertThat(told).isEqualTo(expected);
        assertThat(differingRecords(checkpoints.resolve("final.pt"), unbroken.resolve("final.pt")))
                .isEmpty();
    }

    private static List<String> differingRecords(Path one, Path other) throws IOException {
        Map<String, Long> differing = new TreeMap<>();
        try (ZipFile first = new ZipFile(one.toFile());
                ZipFile second = new ZipFile(other.toFile())) {
            first.stream().forEach(entry -> differing.put(entry.getName(), entry.getCrc()));
            second.stream().forEach(entry -> {
                if (!differing.remove(entry.getName(), entry.getCrc())) {
                    differing.put(entry.getName(), entry.getCrc());
                }
            });
        }
        return List.copyOf(differing.keySet());
    }

    private ChildJvm start(Path checkpoints, long maxSteps, String... more) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "data=" + folder.resolve("data"),
                                "checkpoints=" + checkpoints,
                                "maxSteps=" + maxSteps,
                                "depth=3",
                                "vocabulary=4096"),
                        Stream.of(more))
                .toArray(String[]::new);
        ChildJvm child = ChildJvm.start("", folder.resolve("errors.txt"), List.of(), SavingMain.class, arguments);
        children.add(child);
        return child;
    }

    /** A step may be told by two processes, where the first was killed before it had saved it: then alike. */
    private static void collect(ChildJvm child, Map<Long, String> told) {
        for (String line : child.lines("step ")) {
            int space = line.indexOf(' ');
            long step = Long.parseLong(line.substring(0, space));
            String before = told.put(step, line.substring(space + 1));
            if (before != null) {
                assertThat(line.substring(space + 1))
                        .as("step %s, done again", step)
                        .isEqualTo(before);
            }
        }
    }

    private static int partialFiles(Path checkpoints) throws IOException {
        try (Stream<Path> files = Files.list(checkpoints)) {
            return (int)
                    files.filter(file -> file.toString().endsWith(".partial")).count();
        }
    }

    private static void assertNewestIsSoundAndOfStep(long saved, Path checkpoints) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(Checkpoints.in(checkpoints))) {
            Path newest = store.newestSound().orElseThrow();
            try (PtReader reader = PtReader.open(newest)) {
                reader.verify();
                assertThat((Long) ((Map<?, ?>) reader.root()).get("step")).isGreaterThanOrEqualTo(saved);
            }
        }
        assertThat(partialFiles(checkpoints)).isZero();
    }
}
