package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With restarts allowed, all ranks start again after a failure, and know that they do. */
class RestartTest extends Scene {
    private static String valueOf(Path log, String name) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith(name + "=")).findFirst().orElseThrow();
        }
    }

    @Test
    void aRunThatFailsTwiceSucceedsInItsThirdAttempt() throws IOException {
        LaunchResult result = launcher("env", "r1a0:exit=3", "r0a1:exit=4", "a0:wait", "a1:wait", "meet")
                .processesPerNode(2)
                .maxRestarts(3)
                .build()
                .run();

        assertThat(result.attempts()).isEqualTo(3);
        assertThat(result.failures())
                .extracting(LaunchResult.Failure::attempt, LaunchResult.Failure::rank)
                .containsExactly(tuple(0, OptionalInt.of(1)), tuple(1, OptionalInt.of(0)));
        assertThat(result.failures().get(0).cause()).contains("exited with 3");
        assertThat(errors()).contains("restart 1 of 3", "restart 2 of 3").doesNotContain("restart 3");

        List<Path> logs = Stream.of(0, 1, 2)
                .map(attempt -> result.logDirectory().resolve("attempt-" + attempt + "/rank-1.log"))
                .toList();
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(valueOf(logs.get(attempt), "TORCHELASTIC_RESTART_COUNT")).endsWith("=" + attempt);
        }
        assertThat(valueOf(logs.get(2), "FLIGHTMIND_LAUNCHED_AT"))
                .isEqualTo(valueOf(logs.get(0), "FLIGHTMIND_LAUNCHED_AT"));
        assertThat(valueOf(logs.get(0), "MASTER_PORT")).isNotEqualTo(valueOf(logs.get(1), "MASTER_PORT"));
    }

    @Test
    void whenNoRestartsAreLeftTheLastFailureIsThrown() {
        assertThatThrownBy(() -> launcher("a0:exit=3", "a1:exit=4", "a2:exit=5")
                        .maxRestarts(2)
                        .build()
                        .run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Rank 0 ")
                .hasMessageContaining("exited with 5")
                .hasMessageContaining("attempt-2/rank-0.log")
                .hasMessageContaining("after 2 restarts");
    }

    @Test
    void aWrongCommandLineIsNotStartedAgain() {
        assertThatThrownBy(() -> launcher("r1:exit=2", "wait")
                        .processesPerNode(2)
                        .maxRestarts(3)
                        .build()
                        .run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Rank 1 ")
                .hasMessageContaining("exited with 2")
                .hasMessageContaining("correct the arguments");

        assertThat(errors()).doesNotContain("restart");
    }

    @Test
    void aRankKilledIsStartedAgain() {
        Background<LaunchResult> launch = inBackground(() -> launcher("pid=" + signs, "a0:wait", "print=back")
                .maxRestarts(1)
                .build()
                .run());
        boolean ignored = awaitProcess("pid-r0a0").destroyForcibly();

        assertThat(launch.result().attempts()).isEqualTo(2);
        assertThat(printed()).isEqualTo("back");
    }

    @Test
    void aLauncherMayRunAgainAndOverwritesNoLogs() throws IOException {
        Launcher launcher = launcher("print=x").build();

        Path first = launcher.run().logDirectory();
        Path second = launcher.run().logDirectory();

        assertThat(first).isNotEqualTo(second);
        assertThat(first.getParent()).isEqualTo(folder.resolve("logs")).isEqualTo(second.getParent());
        assertThat(first.getFileName().toString()).matches("\\d{8}-\\d{6}(-\\d+)?");
        assertThat(first.resolve("attempt-0/rank-0.log")).content().isEqualTo("x");
    }
}
