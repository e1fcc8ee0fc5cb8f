package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.LaunchException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The launcher ends, or is to end: so do the ranks, well where they can, and none is left. */
class LauncherStopTest extends Scene {
    @Test
    void sigtermLetsRanksSaveAndEndsThem() {
        ChildLauncher child = startChild(
                List.of("--nproc-per-node", "2", "--max-restarts", "3"), "hook=" + signs, "pid=" + signs, "wait");
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        signal("TERM", child.process());

        assertThat(child.awaitExit()).as(child::errors).isEqualTo(143);
        assertThat(hasSign("saved-r0a0")).isTrue();
        assertThat(hasSign("saved-r1a0")).isTrue();
        assertThat(child.errors()).contains("stopping").doesNotContain("failed").doesNotContain("restart");
    }

    @Test
    void sigtermEndsRanksThatDoNotObeyAfterTheGrace() {
        ChildLauncher child =
                startChild(List.of("--nproc-per-node", "2", "--stop-grace", "1s"), "stubborn", "pid=" + signs, "wait");
        ProcessHandle one = awaitProcess("pid-r0a0");
        ProcessHandle other = awaitProcess("pid-r1a0");
        signal("STOP", other);
        signal("TERM", child.process());

        assertThat(child.awaitExit()).as(child::errors).isEqualTo(143);
        assertThat(one.isAlive()).isFalse();
        assertThat(other.isAlive()).isFalse();
    }

    @Test
    void aSignalToLauncherAndRanksAtOnceIsAStop() {
        ChildLauncher child =
                startChild(List.of("--nproc-per-node", "2", "--max-restarts", "1"), "pid=" + signs, "wait");
        ProcessHandle one = awaitProcess("pid-r0a0");
        ProcessHandle other = awaitProcess("pid-r1a0");
        signal("TERM", one);
        signal("TERM", other);
        signal("TERM", child.process());

        assertThat(child.awaitExit()).as(child::errors).isEqualTo(143);
        assertThat(child.errors()).doesNotContain("failed").doesNotContain("restart");
    }

    @Test
    void ranksEndWhenTheirLauncherIsKilled() {
        ChildLauncher child =
                startChild(List.of("--nproc-per-node", "2"), "child=" + signs, "hook=" + signs, "pid=" + signs, "wait");
        List<ProcessHandle> ranks = List.of(
                awaitProcess("pid-r0a0"),
                awaitProcess("pid-r1a0"),
                awaitProcess("child-r0a0"),
                awaitProcess("child-r1a0"));
        boolean ignored = child.process().destroyForcibly();

        until("all have ended", () -> ranks.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(hasSign("saved-r0a0")).isTrue();
        assertThat(hasSign("saved-r1a0")).isTrue();
    }

    @Test
    void ranksThatDoNotObeyEndAfterTheGraceWhenTheirLauncherIsKilled() {
        ChildLauncher child =
                startChild(List.of("--nproc-per-node", "2", "--stop-grace", "1s"), "stubborn", "pid=" + signs, "wait");
        List<ProcessHandle> ranks = List.of(awaitProcess("pid-r0a0"), awaitProcess("pid-r1a0"));
        boolean ignored = child.process().destroyForcibly();

        until("all have ended", () -> ranks.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void anInterruptLetsRanksSaveAndStaysSet() {
        boolean[] flag = new boolean[1];
        Background<LaunchResult> launch = inBackground(() -> {
            try {
                return launcher("hook=" + signs, "pid=" + signs, "wait")
                        .processesPerNode(2)
                        .maxRestarts(1)
                        .build()
                        .run();
            } finally {
                flag[0] = Thread.interrupted();
            }
        });
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        launch.interrupt();

        assertThat(launch.failure())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("interrupted")
                .hasMessageContaining("logs");
        assertThat(flag[0]).isTrue();
        assertThat(hasSign("saved-r0a0")).isTrue();
        assertThat(hasSign("saved-r1a0")).isTrue();
    }

    @Test
    void anInterruptBeforeTheLaunchStartsNothing() {
        Launcher launcher = launcher("pid=" + signs).build();
        Thread.currentThread().interrupt();

        assertThatThrownBy(launcher::run).isInstanceOf(LaunchException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("logs")).doesNotExist();
    }

    @Test
    void anInterruptWhileWaitingForARestartStopsTheLaunch() {
        Background<LaunchResult> launch = inBackground(() -> launcher("exit=1")
                .maxRestarts(1)
                .restartDelay(Duration.ofHours(1))
                .build()
                .run());
        until("the restart is announced", () -> errors().contains("restart 1 of 1 in 60 min"));
        launch.interrupt();

        assertThat(launch.failure()).hasMessageContaining("interrupted");
    }
}
