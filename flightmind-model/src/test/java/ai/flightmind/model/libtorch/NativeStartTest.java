package ai.flightmind.model.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, since libtorch is loaded only once in one. */
@Timeout(180)
class NativeStartTest {
    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void processesThatStartTogetherOnAFreshMachineAllWork() throws Exception {
        Path emptyCache = directory.resolve("cache");
        for (int i = 0; i < 3; i++) {
            start(Map.of(), "-Dorg.bytedeco.javacpp.cachedir=" + emptyCache, StartMain.class.getName());
        }

        for (Process process : processes) {
            assertThat(output(process)).contains("sum 9.0");
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void idleThreadsArePassiveUnlessTheUserSaysOtherwise() throws Exception {
        start(Map.of(), StartMain.class.getName());
        start(Map.of("OMP_WAIT_POLICY", "active"), StartMain.class.getName());

        assertThat(output(processes.get(0))).contains("passive");
        assertThat(output(processes.get(1))).contains("active");
    }

    @Test
    void cudasLibrariesAreNotLookedForWithoutNativesForGpusUnlessTheUserSaysOtherwise() throws Exception {
        String tells = "-Dorg.bytedeco.javacpp.logger.debug=true";
        start(Map.of(), tells, StartMain.class.getName());
        start(Map.of(), tells, "-Dorg.bytedeco.javacpp.platform.extension=-gpu", StartMain.class.getName());

        assertThat(output(processes.get(0))).contains("sum 9.0").doesNotContain("cublas");
        assertThat(output(processes.get(1))).contains("sum 9.0").contains("cublas");
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws Exception {
        Path notADirectory = Files.createFile(directory.resolve("file"));
        start(
                Map.of(),
                "-Dorg.bytedeco.javacpp.cachedir=" + notADirectory,
                "-Duser.home=" + notADirectory,
                "-Djava.io.tmpdir=" + notADirectory,
                "-Djna.tmpdir=" + directory,
                StartMain.class.getName());

        assertThat(output(processes.get(0)))
                .contains("libtorch could not be loaded")
                .contains("cachedir");
        assertThat(processes.get(0).waitFor()).isNotZero();
    }

    private void start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("OMP_WAIT_POLICY");
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
