package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The estimate, on the module that can train, against what a process really takes. */
class TrainingMemoryTest extends TinyData {
    /** A heap whose pages are all there from the start: what grows is then native. */
    private static final List<String> FIXED_HEAP =
            List.of("-Xms96m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch");

    /** What the process takes beside the training: libraries' pages and threads, compiled code. */
    private static final long PROCESS_BYTES = 100_000_000;

    @ParameterizedTest
    @CsvSource({
        "4, 2, 512",
        "4, 16, 512", // the same: 2 sequences at once
        "4, 2, 1024", // scores beside the activations
        "4, 4, 2048", // none of them kept
        "4, 8, 128"
    })
    @Timeout(240)
    void estimateIsCloseToWhatTrainingTakes(int depth, int microBatch, int length) {
        assumeTrue(Files.isWritable(Path.of("/proc/self/clear_refs")), "the kernel tells of a process's peak");
        TinyRun.write(folder.resolve("long"), 8 * TinyRun.TRAIN_ROWS);
        try (ChildJvm child = ChildJvm.start(
                "",
                folder.resolve("errors.txt"),
                FIXED_HEAP,
                MemoryMain.class,
                "threads=2",
                "depth=" + depth,
                "microBatch=" + microBatch,
                "sequences=" + microBatch,
                "length=" + length,
                "vocabulary=8192",
                "maxSteps=3",
                "checkpoints=" + folder.resolve("checkpoints"),
                "data=" + folder.resolve("long"))) {
            assertThat(child.awaitExit()).as(child::describe).isZero();
            double estimated = Long.parseLong(child.lines("estimated ").get(0));
            double grew = Long.parseLong(child.lines("grew ").get(0));
            System.out.printf(
                    "depth %d, micro-batch %d: estimated %.0f, grew %.0f%n", depth, microBatch, estimated, grew);

            assertThat(grew).as(child::describe).isBetween(0.8 * estimated, 1.2 * estimated + PROCESS_BYTES);
        }
    }
}
