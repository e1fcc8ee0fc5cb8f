package ai.flightmind.vast.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PulseTest {
    private static final String WHOLE = """
            == pulse job
            absent
            == pulse disk
            /dev/vda 1000 400 600 40% /
            == pulse gpus
            0, 91, 41213, 63
            1, [N/A], 41213, [Unknown Error]
            == pulse clock
            1790000000
            == pulse owner
            abc

            == pulse files
            1024 1789999990 /root/work/step_5.pt
            2048 1789999995 /root/work/step_10.pt.part
            == pulse end
            """;

    @TempDir
    Path folder;

    @Test
    void itTellsOfDiskGpusClockOwnerAndFinishedFiles() {
        Pulse pulse = Pulse.parse(WHOLE);

        assertThat(pulse.job()).isInstanceOf(JobState.Absent.class);
        assertThat(pulse.freeDiskBytes()).isEqualTo(600 * 1024);
        assertThat(pulse.totalDiskBytes()).isEqualTo(1000 * 1024);
        assertThat(pulse.gpus()).hasSize(2);
        assertThat(pulse.gpus().get(0).utilizationPercent()).hasValue(91);
        assertThat(pulse.gpus().get(1).utilizationPercent()).isEqualTo(OptionalDouble.empty());
        assertThat(pulse.clock()).isEqualTo(Instant.ofEpochSecond(1_790_000_000));
        assertThat(pulse.owner()).isEqualTo("abc");
        assertThat(pulse.files()).extracting(CheckpointFile::name).containsExactly("step_5.pt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unable to determine the device handle for GPU0000:01:00.0: Unknown Error",
                "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
                "No devices were found",
                "a, b, c, d"
            })
    void aLineThatTellsOfNoGpuIsPassedOver(String line) {
        Pulse pulse = Pulse.parse(WHOLE.replace("0, 91, 41213, 63", line));

        assertThat(pulse.gpus()).extracting(Pulse.GpuLoad::index).containsExactly(1);
    }

    @Test
    void whatBreaksOffIsNoPulse() {
        for (int end = 0; end < WHOLE.indexOf("== pulse end"); end += 7) {
            String part = WHOLE.substring(0, end);
            assertThatThrownBy(() -> Pulse.parse(part)).isInstanceOf(DataException.class);
        }
    }

    @Test
    void aMachineWithoutDriverOrFilesHasAPulse() throws IOException, InterruptedException {
        DetachedJob job = DetachedJob.builder()
                .folder(folder.resolve("job").toString())
                .session("none")
                .command(List.of("true"))
                .build();
        Path checkpoints = folder.resolve("it's a folder");
        String script = Pulse.script(
                job,
                folder.toString(),
                checkpoints.toString(),
                folder.resolve("owner").toString());

        assertThat(shell(script).files()).isEmpty();
        Files.createDirectories(checkpoints);
        Files.writeString(checkpoints.resolve("step 7.pt"), "seven");
        Files.writeString(folder.resolve("owner"), "me");
        Pulse pulse = shell(script);

        assertThat(pulse.job()).isInstanceOf(JobState.Absent.class);
        assertThat(pulse.gpus()).isEmpty();
        assertThat(pulse.freeDiskBytes()).isPositive();
        assertThat(pulse.owner()).isEqualTo("me");
        assertThat(pulse.files()).singleElement().satisfies(file -> {
            assertThat(file.name()).isEqualTo("step 7.pt");
            assertThat(file.sizeBytes()).isEqualTo(5);
        });
    }

    private static Pulse shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return Pulse.parse(output);
    }
}
