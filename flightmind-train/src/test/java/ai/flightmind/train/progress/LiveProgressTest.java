package ai.flightmind.train.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.gpu.GpuReading;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.metrics.PricePerHour;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LiveProgressTest {
    private static final CostMeter COST = CostMeter.at(new PricePerHour(0));

    private final Locale before = Locale.getDefault();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, UTF_8);

    @BeforeEach
    void germanMachine() {
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @Test
    void lineHasEverythingWhereThereIsRoom() {
        assertThat(line(twoGpus()).at(Duration.ofSeconds(9).toNanos(), 200))
                .isEqualTo("step 1,235/95,000 | 1.3 % | loss 3.2143 | val 3.3010 | lr 5.90e-04 | 175,120 tok/s"
                        + " | mfu 25.4 % | mem 71.2/80.0 GB | $0.00 | 2d 14:32:58 left");
    }

    @Test
    void narrowTerminalsLineKeepsWhatMattersMost() {
        TrainingLine line = line(twoGpus());

        assertThat(line.at(0, 82))
                .isEqualTo("step 1,235/95,000 | 1.3 % | loss 3.2143 | 175,120 tok/s | $0.00 | 2d 14:33:07 left");
        assertThat(line.at(0, 60)).isEqualTo("step 1,235/95,000 | loss 3.2143 | 2d 14:33:07 left");
        assertThat(line.at(0, 12)).isEqualTo("step 1,235/9");
    }

    @Test
    void withoutAGpuMemoryIsTheProcesss() {
        assertThat(line(List.of()).at(0, 200)).containsPattern("mem \\d+\\.\\d [MG]B");
    }

    @Test
    void liveLineIsDrawnOverItselfAndWhatStaysStandsAbove() {
        LiveProgress progress = new LiveProgress(out, 10, COST, true);
        progress.onStart(Told.start(0));
        progress.onStep(Told.step(0).loss(6).build(), new StopRequest());
        progress.onCheckpoint(new CheckpointWritten(Path.of("step_0.pt"), 0, 1, Duration.ZERO));
        progress.onStep(Told.step(1).loss(Double.NaN).skipped(true).build(), new StopRequest());
        progress.onStep(Told.step(2).loss(5).build(), new StopRequest());
        progress.onEnd(completed());

        List<String> lines = onScreen();
        assertThat(lines.get(0)).startsWith("FlightMind-d2");
        assertThat(lines)
                .contains("  -> saved step_0.pt", "step 1: not finite, update skipped")
                .last()
                .asString()
                .startsWith("completed after 3 steps");
        assertThat(lines.get(lines.size() - 2)).startsWith("step 3/100 | 3.0 % | loss 5.4949 |");
        assertThat(lines).filteredOn(line -> line.startsWith("step 3/100")).hasSize(1);
    }

    @Test
    void withoutATerminalPlainLinesArePrinted() {
        LiveProgress progress = new LiveProgress(out, 10, COST, false);
        progress.onStart(Told.start(0));
        for (long step = 0; step < 12; step++) {
            progress.onStep(Told.step(step).build(), new StopRequest());
        }
        progress.onEnd(completed());

        assertThat(printed.toString(UTF_8)).doesNotContain("\r", "\u001b");
        assertThat(printed.toString(UTF_8).lines().filter(line -> line.startsWith("step")))
                .containsExactly(
                        "step      0 | loss 3.0000 | lr 6.00e-04 | grad_norm 1.00 | 1,000 tok/s | $0.00 | eta 0:00:07",
                        "step     10 | loss 3.0000 | lr 6.00e-04 | grad_norm 1.00 | 1,000 tok/s | $0.00 | eta 0:00:07");
    }

    @Test
    void realTerminalGetsALiveLineAndAPipeDoesNot(@TempDir Path dir) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) on this machine");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String command =
                "'" + java + "' -cp '" + System.getProperty("java.class.path") + "' " + ProgressMain.class.getName();

        String terminal = output(dir, "script", "-qec", command, "/dev/null");
        String pipe = output(dir, "bash", "-c", command + " | cat");

        assertThat(terminal).contains("\r\u001b[Kstep 3/3");
        assertThat(pipe).doesNotContain("\r\u001b[K").contains("step      2 |");
    }

    private static String output(Path dir, String... command) throws Exception {
        Path output = dir.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("TERM", "xterm");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    /** What a terminal shows in the end. */
    private List<String> onScreen() {
        return Arrays.stream(printed.toString(UTF_8).split("\n"))
                .map(line -> line.substring(line.lastIndexOf('\r') + 1).replace("\u001b[K", ""))
                .toList();
    }

    private static TrainingLine line(List<GpuReading> gpus) {
        return new TrainingLine(
                Told.step(1_234)
                        .maxSteps(95_000)
                        .learningRate(5.9e-4)
                        .averageTokensPerSecond(175_120)
                        .flopsUtilisation(OptionalDouble.of(0.254))
                        .remaining(
                                Duration.ofDays(2).plusHours(14).plusMinutes(33).plusSeconds(7))
                        .build(),
                3.21431,
                OptionalDouble.of(3.301),
                COST,
                gpus,
                0);
    }

    private static List<GpuReading> twoGpus() {
        return List.of(gpu(0, 12_000_000_000L), gpu(1, 71_200_000_000L));
    }

    private static GpuReading gpu(int index, long usedBytes) {
        return new GpuReading(
                index,
                "GPU",
                OptionalLong.of(usedBytes),
                OptionalLong.of(80_000_000_000L),
                OptionalDouble.of(0.9),
                OptionalDouble.of(60),
                OptionalDouble.empty());
    }

    private static TrainingResult completed() {
        return new TrainingResult(
                true,
                Optional.empty(),
                3,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                1_512,
                1,
                Optional.empty(),
                Duration.ofSeconds(65));
    }
}
