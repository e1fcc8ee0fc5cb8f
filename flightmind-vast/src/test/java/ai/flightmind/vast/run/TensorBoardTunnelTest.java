package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.plan.RunPlan;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(RunLeaks.class)
class TensorBoardTunnelTest {
    @TempDir
    Path folder;

    @Test
    void runsCurvesAreSeenThroughAPortOfThisMachine() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000").build();
        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.until(event -> event instanceof RunEvent.Training);
            install(staged, "exec java ~/Board.java \"$@\"");

            URI address;
            try (TensorBoardTunnel tunnel = staged.run.tensorBoard()) {
                address = tunnel.address();
                assertThat(address.toString()).startsWith("http://localhost:");
                assertThat(get(address))
                        .contains("--logdir " + staged.host().home().orElseThrow() + "/flightmind/work/checkpoints")
                        .contains("--host 127.0.0.1");
            }

            assertThatThrownBy(() -> get(address)).isInstanceOf(ConnectException.class);
            staged.untilStep(3);
        }
    }

    @Test
    void machineWithoutTensorBoardSaysHowToGetIt() {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).noneMatch(bin -> Files.exists(Path.of(bin, "tensorboard"))),
                "this machine has a TensorBoard, which the pretend one would find");
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000").build();
        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.until(event -> event instanceof RunEvent.Training);

            assertThatThrownBy(staged.run::tensorBoard)
                    .isInstanceOf(SshException.class)
                    .hasMessageContaining("pip install tensorboard");
        }
    }

    @Test
    void tensorBoardThatDoesNotStartIsHeard() throws IOException {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "1000").build();
        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.until(event -> event instanceof RunEvent.Training);
            install(staged, "echo 'no module named tensorboard' >&2; exit 1");

            assertThatThrownBy(staged.run::tensorBoard)
                    .isInstanceOf(SshException.class)
                    .hasMessageContaining("did not start TensorBoard")
                    .hasMessageContaining("no module named tensorboard");
        }
    }

    @Test
    void runThatDoesNotTrainHasNone() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "4").build();
        try (StagedRun staged = StagedRun.start(plan, folder)) {
            staged.report();

            assertThatThrownBy(staged.run::tensorBoard)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("trains on no machine now");
        }
    }

    private static Path command(StagedRun staged) {
        return staged.host().home().orElseThrow().resolve(".bin/tensorboard");
    }

    private static void install(StagedRun staged, String script) throws IOException {
        Path home = staged.host().home().orElseThrow();
        try (InputStream board =
                Objects.requireNonNull(TensorBoardTunnelTest.class.getResourceAsStream("/run/Board.java"))) {
            Files.write(home.resolve("Board.java"), board.readAllBytes());
        }
        Files.writeString(command(staged), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(command(staged), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String get(URI address) throws IOException {
        try (InputStream page = address.toURL().openStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
