package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LeakTest {
    /** A heap whose pages are all there from the start: what grows is then native. */
    private static final List<String> FIXED_HEAP =
            List.of("-Xms96m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch");

    @TempDir
    Path folder;

    private record Held(long step, long residentKiB, long nativeBytes, long pointers, long openFiles) {
        static Held parse(String line) {
            long[] numbers =
                    Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Held(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        }
    }

    @Test
    @Timeout(120)
    void fourHundredAndFiftyStepsWithEvaluationsAndCheckpointsLeaveNothingBehind() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "the kernel does not tell what a process holds");
        TinyRun.write(folder.resolve("data"), TinyRun.TRAIN_ROWS);
        List<Held> samples;
        try (ChildJvm child =
                ChildJvm.start("", folder.resolve("errors.txt"), FIXED_HEAP, LeakMain.class, folder.toString())) {
            assertThat(child.awaitExit()).as(child::describe).isZero();
            samples = child.lines("held ").stream().map(Held::parse).toList();
        }

        assertThat(samples).as("samples").hasSize(4);
        Held early = samples.get(0);
        Held late = samples.get(3);
        assertThat(late.residentKiB()).as("%s", samples).isCloseTo(early.residentKiB(), withPercentage(2));
        assertThat(late.nativeBytes()).as("%s", samples).isCloseTo(early.nativeBytes(), withPercentage(2));
        assertThat(late.pointers()).as("%s", samples).isCloseTo(early.pointers(), withPercentage(2));
        assertThat(late.openFiles()).as("%s", samples).isCloseTo(early.openFiles(), within(0L));
        System.out.println(samples);
    }
}
