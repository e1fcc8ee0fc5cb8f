package ai.flightmind.train.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import ai.flightmind.train.tensorboard.TensorBoard;
import ai.flightmind.train.tensorboard.TensorFlowReader;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a library that answers as NVML does, built from C; on a machine with GPUs it hides theirs. */
class GpuMonitorTest {
    private static final String LIBRARY = "libnvidia-ml.so.1";

    @TempDir
    Path dir;

    @BeforeEach
    void buildLibrary() throws Exception {
        assumeTrue(Platform.isLinux() && Files.isExecutable(Path.of("/usr/bin/cc")), "no C compiler on this machine");
        Process compiler = new ProcessBuilder(
                        "cc", "-shared", "-fPIC", "-o", dir.resolve(LIBRARY).toString(), "src/test/resources/nvml.c")
                .inheritIO()
                .start();
        assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(compiler.exitValue()).isZero();
        NativeLibrary.addSearchPath(LIBRARY, dir.toString());
    }

    @AfterEach
    void forgetLibrary() {
        if (Files.exists(dir.resolve(LIBRARY))) {
            NativeLibrary.getInstance(LIBRARY).close();
        }
    }

    @Test
    void readingsAreTheDriversInOurUnits() {
        try (GpuMonitor monitor = GpuMonitor.open().orElseThrow()) {
            assertThat(monitor.readings())
                    .containsExactly(
                            new GpuReading(
                                    0,
                                    "NVIDIA H100 80GB HBM3",
                                    OptionalLong.of(71_234_567_890L),
                                    OptionalLong.of(85_899_345_920L),
                                    OptionalDouble.of(0.97),
                                    OptionalDouble.of(64),
                                    OptionalDouble.of(683.21)),
                            new GpuReading(
                                    1,
                                    "NVIDIA H100 NVL",
                                    OptionalLong.of(0),
                                    OptionalLong.of(85_899_345_920L),
                                    OptionalDouble.empty(),
                                    OptionalDouble.empty(),
                                    OptionalDouble.empty()));
        }
    }

    @Test
    void closingEndsItsThread() {
        GpuMonitor monitor = GpuMonitor.open().orElseThrow();
        assertThat(threads()).containsOnlyOnce("gpu-monitor");

        monitor.close();
        monitor.close();

        assertThat(threads()).doesNotContain("gpu-monitor");
    }

    @Test
    void tensorBoardShowsThem() throws IOException {
        Path events = dir.resolve("events");
        try (TensorBoard board = TensorBoard.in(events)) {
            board.onStart(Told.start(0));
            board.onStep(Told.step(0).build(), new StopRequest());
        }

        assertThat(TensorFlowReader.scalars(events, "gpu0/memory_gb")).containsEntry(0L, (float) 71.23456789);
        assertThat(TensorFlowReader.scalars(events, "gpu0/utilisation")).containsEntry(0L, 0.97f);
        assertThat(TensorFlowReader.scalars(events, "gpu0/temperature_celsius")).containsEntry(0L, 64f);
        assertThat(TensorFlowReader.scalars(events, "gpu1/memory_gb")).containsEntry(0L, 0f);
        assertThat(TensorFlowReader.scalars(events, "gpu1/utilisation")).isEmpty();
        assertThat(threads()).doesNotContain("gpu-monitor");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
