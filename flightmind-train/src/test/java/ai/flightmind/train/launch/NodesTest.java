package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Launchers on several nodes, here all on loopback, start, fail, restart and end as one. */
class NodesTest extends Scene {
    private String master = "";

    @BeforeEach
    void choosePort() throws IOException {
        master = "127.0.0.1:" + freePort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private int port() {
        return Integer.parseInt(master.substring(master.indexOf(':') + 1));
    }

    private Launcher.Builder node(int rank, String... steps) {
        return launcher(steps)
                .nodes(2)
                .nodeRank(rank)
                .master(master)
                .killGrace(Duration.ofSeconds(2))
                .nodeTimeout(Duration.ofSeconds(5))
                .rendezvousTimeout(PATIENCE);
    }

    private Background<LaunchResult> start(Launcher.Builder node) {
        return inBackground(() -> node.build().run());
    }

    private List<String> options(int rank, String... more) {
        List<String> options = new ArrayList<>(
                List.of("--nnodes", "2", "--node-rank", "" + rank, "--master", master, "--node-timeout", "5s"));
        options.addAll(List.of(more));
        return options;
    }

    @Test
    void ranksAreCountedOverAllNodesAndMeetAtNodeZero() {
        Background<LaunchResult> node1 =
                start(node(1, "r2:env", "meet", "pid=" + signs).processesPerNode(2));
        Background<LaunchResult> node0 =
                start(node(0, "r2:env", "meet", "pid=" + signs).processesPerNode(2));

        assertThat(node0.result().failures()).isEmpty();
        LaunchResult result = node1.result();
        assertThat(printed()).contains("all have met");
        assertThat(List.of("pid-r0a0", "pid-r1a0", "pid-r2a0", "pid-r3a0")).allMatch(this::hasSign);
        assertThat(result.logDirectory().resolve("attempt-0/rank-2.log"))
                .content()
                .contains(
                        "RANK=2\n",
                        "LOCAL_RANK=0\n",
                        "WORLD_SIZE=4\n",
                        "LOCAL_WORLD_SIZE=2\n",
                        "GROUP_RANK=1\n",
                        "MASTER_ADDR=127.0.0.1\n")
                .doesNotContain("MASTER_PORT=" + port() + "\n");
    }

    @Test
    void aFailureOnNodeOneIsNamedOnBoth() {
        Background<LaunchResult> node0 = start(node(0, "r1:exit=3", "pid=" + signs, "wait"));
        Background<LaunchResult> node1 = start(node(1, "r1:exit=3", "pid=" + signs, "wait"));

        for (Background<LaunchResult> node : List.of(node0, node1)) {
            assertThat(node.failure())
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("Rank 1 (pid ")
                    .hasMessageContaining("exited with 3")
                    .hasMessageContaining("rank-1.log")
                    .hasMessageContaining("on node 1");
        }
    }

    @Test
    void aFailureOnNodeZeroEndsNodeOne() {
        Background<LaunchResult> node0 =
                start(node(0, "pid=" + signs, "r0:await=" + signs.resolve("pid-r1a0"), "r0:exit=3", "wait"));
        Background<LaunchResult> node1 =
                start(node(1, "pid=" + signs, "r0:await=" + signs.resolve("pid-r1a0"), "r0:exit=3", "wait"));

        assertThat(node0.failure()).hasMessageContaining("Rank 0 ").hasMessageContaining("on node 0");
        assertThat(node1.failure()).hasMessageContaining("Rank 0 ").hasMessageContaining("on node 0");
    }

    @Test
    void allNodesRestartAfterAFailureOnOne() {
        String[] steps = {"a0:pid=" + signs, "r1a0:await=" + signs.resolve("pid-r0a0"), "r1a0:exit=3", "a0:wait", "meet"
        };
        Background<LaunchResult> node0 = start(node(0, steps).maxRestarts(1));
        Background<LaunchResult> node1 = start(node(1, steps).maxRestarts(1));

        LaunchResult result = node0.result();
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.node()).isEqualTo(1);
            assertThat(failure.rank()).isEqualTo(OptionalInt.of(1));
            assertThat(failure.cause()).contains("exited with 3");
        });
        assertThat(node1.result().attempts()).isEqualTo(2);
        assertThat(printed()).contains("all have met");
    }

    @Test
    void aNodeWhoseLauncherIsKilledMayComeBack() {
        String[] steps = {"pid=" + signs, "a0:wait", "meet"};
        Background<LaunchResult> node0 = start(node(0, steps).maxRestarts(2));
        ChildLauncher killed = startChild(options(1, "--max-restarts", "2"), steps);
        awaitProcess("pid-r0a0");
        ProcessHandle orphan = awaitProcess("pid-r1a0");
        boolean ignored = killed.process().destroyForcibly();
        until("the orphan has ended", () -> !orphan.isAlive());
        ChildLauncher broughtBack = startChild(options(1, "--max-restarts", "2"), steps);

        LaunchResult result = node0.result();
        assertThat(broughtBack.awaitExit()).as(broughtBack::errors).isZero();
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.node()).isEqualTo(1);
            assertThat(failure.rank()).isEmpty();
            assertThat(failure.cause()).contains("node 1 (127.0.0.1)");
        });
        assertThat(hasSign("pid-r1a1"))
                .as("the one that came back is told the attempt")
                .isTrue();
    }

    @Test
    void aNodeZeroThatIsKilledMayComeBackAndGoesOnCounting() {
        String[] steps = {"pid=" + signs, "a0:wait", "meet"};
        ChildLauncher killed = startChild(options(0, "--max-restarts", "2"), steps);
        Background<LaunchResult> node1 = start(node(1, steps).maxRestarts(2));
        ProcessHandle orphan = awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        boolean ignored = killed.process().destroyForcibly();
        until("the orphan has ended", () -> !orphan.isAlive());
        ChildLauncher broughtBack = startChild(options(0, "--max-restarts", "2"), steps);

        assertThat(broughtBack.awaitExit()).as(broughtBack::errors).isZero();
        LaunchResult result = node1.result();
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause()).contains("node 0 (" + master + ")"));
        assertThat(hasSign("pid-r0a1")).isTrue();
    }

    @Test
    void aNodeZeroThatIsLostEndsTheOthersWhenNoRestartsAreLeft() {
        ChildLauncher killed = startChild(options(0), "pid=" + signs, "wait");
        Background<LaunchResult> node1 = start(node(1, "pid=" + signs, "wait"));
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        boolean ignored = killed.process().destroyForcibly();

        assertThat(node1.failure())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Node 0 (" + master + ")")
                .hasMessageContaining("--max-restarts");
    }

    @Test
    void aNodeThatFallsSilentIsLost() {
        ChildLauncher silent = startChild(options(1), "pid=" + signs, "wait");
        Background<LaunchResult> node0 = start(node(0, "pid=" + signs, "wait").nodeTimeout(Duration.ofSeconds(2)));
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        signal("STOP", silent.process());

        assertThat(node0.failure())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Node 1 (127.0.0.1) has not been heard of for 2 s");
        signal("CONT", silent.process());
        assertThat(silent.awaitExit()).as(silent::errors).isEqualTo(1);
    }

    @Test
    void aMasterThatComesLateIsWaitedFor() {
        Background<LaunchResult> node1 = start(node(1, "meet"));
        until("node 1 tries", () -> errors().contains("logs are in"));
        Background<LaunchResult> node0 = start(node(0, "meet"));

        assertThat(node0.result().attempts()).isEqualTo(1);
        assertThat(node1.result().attempts()).isEqualTo(1);
    }

    @Test
    void aMasterThatNeverComesIsNamed() {
        Launcher launcher =
                node(1, "meet").rendezvousTimeout(Duration.ofSeconds(1)).build();

        assertThatThrownBy(launcher::run)
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Node 0 could not be reached at " + master + " within 1 s")
                .hasMessageContaining("refused");
    }

    @Test
    void anUnknownMasterIsNamed() {
        Launcher launcher = node(1, "meet")
                .master("no-such-host.invalid:1")
                .rendezvousTimeout(Duration.ofSeconds(1))
                .build();

        assertThatThrownBy(launcher::run).hasMessageContaining("no-such-host.invalid:1");
    }

    @Test
    void aNodeThatNeverComesIsNamed() {
        Launcher launcher = node(0, "meet")
                .nodes(3)
                .rendezvousTimeout(Duration.ofSeconds(1))
                .build();

        assertThatThrownBy(launcher::run)
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Nodes 1, 2 did not come to " + master + " within 1 s");
    }

    private void assertBothRefuse(Launcher.Builder odd, String... messageParts) {
        Background<LaunchResult> node0 = start(node(0, "pid=" + signs));
        Background<LaunchResult> node1 = start(odd);

        assertThat(node1.failure()).isInstanceOf(LaunchException.class).hasMessageContainingAll(messageParts);
        assertThat(node0.failure()).isInstanceOf(LaunchException.class).hasMessageContainingAll(messageParts);
        assertThat(hasSign("pid-r0a0")).isFalse();
    }

    @Test
    void aNodeWithOtherArgumentsIsRefused() {
        assertBothRefuse(node(1, "pid=elsewhere"), "refused", "arguments");
    }

    @Test
    void aNodeWithAnotherProgramIsRefused() {
        assertBothRefuse(
                node(1, "pid=" + signs).mainClass(FailureTest.StubbornFailure.class), "refused", "StubbornFailure");
    }

    @Test
    void aNodeWithAnotherNumberOfRanksIsRefused() {
        assertBothRefuse(node(1, "pid=" + signs).processesPerNode(2), "--nproc-per-node", "2 there", "1 on node 0");
    }

    @Test
    void aNodeOfALargerLaunchIsRefused() {
        assertBothRefuse(node(1, "pid=" + signs).nodes(3), "--nnodes", "3 there", "2 on node 0");
    }

    @Test
    void aSecondLauncherOfARunningNodeIsRefusedAndTheRunGoesOn() {
        String[] steps = {"pid=" + signs, "await=" + signs.resolve("go")};
        Background<LaunchResult> node0 = start(node(0, steps));
        Background<LaunchResult> node1 = start(node(1, steps));
        awaitProcess("pid-r1a0");

        assertThatThrownBy(() -> node(1, steps).build().run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("--node-rank 1")
                .hasMessageContaining("is taken");
        makeSign("go");
        assertThat(node0.result().failures()).isEmpty();
        assertThat(node1.result().failures()).isEmpty();
    }

    @Test
    void strangersOnThePortDoNotDisturb() throws IOException {
        Background<LaunchResult> node0 = start(node(0, "meet"));
        until("node 0 listens", () -> errors().contains("waiting for node 1"));
        List<byte[]> garbage = List.of(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8),
                "{\"Hello\":null}\n".getBytes(StandardCharsets.UTF_8),
                "{\"Hello\":{}}\n".getBytes(StandardCharsets.UTF_8),
                ("{\"Hello\":{\"version\":1,\"launcher\":\"x\",\"node\":1,\"nodes\":2,\"processesPerNode\":1,"
                                + "\"attempt\":0}}\n")
                        .getBytes(StandardCharsets.UTF_8),
                "{\"Ping\":{}}\n".getBytes(StandardCharsets.UTF_8),
                "[[[[[[\n\n\n".getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'},
                new byte[1 << 20]);
        for (byte[] bytes : garbage) {
            try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port())) {
                OutputStream to = stranger.getOutputStream();
                to.write(bytes);
                assertThat(isClosedByOther(stranger)).isTrue();
            } catch (IOException reset) {
                assertThat(reset).hasMessageMatching("(?i).*(reset|broken pipe|closed|abort).*");
            }
        }
        try (Socket mute = new Socket(InetAddress.getLoopbackAddress(), port())) {
            Background<LaunchResult> node1 = start(node(1, "meet"));

            assertThat(node0.result().failures()).isEmpty();
            assertThat(node1.result().failures()).isEmpty();
            assertThat(isClosedByOther(mute)).isTrue();
        }
        assertThat(errors()).doesNotContain("lost").doesNotContain("refused");
    }

    private static boolean isClosedByOther(Socket socket) throws IOException {
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket.getInputStream().read() < 0;
    }

    @Test
    void aStopOfOneNodeIsAStopOfAllAndNotAFailure() {
        // The ranks agree, as a trainer's do: those of the other node see the sign and end with 0.
        String[] steps = {"r1:hook=" + signs, "pid=" + signs, "await=" + signs.resolve("saved-r1a0")};
        Background<LaunchResult> node0 = start(node(0, steps).maxRestarts(3));
        ChildLauncher node1 = startChild(options(1, "--max-restarts", "3"), steps);
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        signal("TERM", node1.process());

        LaunchResult result = node0.result();
        assertThat(result.stopped()).isTrue();
        assertThat(result.attempts()).isEqualTo(1);
        assertThat(node1.awaitExit()).as(node1::errors).isEqualTo(143);
        assertThat(errors()).contains("stopping, since node 1").doesNotContain("restart");
    }

    @Test
    void aStopOfNodeZeroIsAStopOfAll() {
        String[] steps = {"r0:hook=" + signs, "pid=" + signs, "await=" + signs.resolve("saved-r0a0")};
        ChildLauncher node0 = startChild(options(0, "--max-restarts", "3"), steps);
        Background<LaunchResult> node1 = start(node(1, steps).maxRestarts(3));
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        signal("TERM", node0.process());

        assertThat(node1.result().stopped()).isTrue();
        assertThat(node0.awaitExit()).as(node0::errors).isEqualTo(143);
    }

    @Test
    void ranksThatDoNotAgreeOnAStopAreEndedAfterTheGrace() {
        Background<LaunchResult> node0 = start(node(0, "pid=" + signs, "wait").stopGrace(Duration.ofSeconds(1)));
        ChildLauncher node1 = startChild(options(1), "pid=" + signs, "wait");
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r1a0");
        signal("TERM", node1.process());

        assertThat(node0.result().stopped()).isTrue();
        assertThat(node1.awaitExit()).as(node1::errors).isEqualTo(143);
    }

    @Test
    void aStopWhileNodesAreAwaitedStartsNothing() {
        Background<LaunchResult> node0 = start(node(0, "pid=" + signs));
        until("node 0 waits", () -> errors().contains("waiting for node 1"));
        node0.interrupt();

        assertThat(node0.failure()).isInstanceOf(LaunchException.class).hasMessageContaining("interrupted");
        assertThat(hasSign("pid-r0a0")).isFalse();
    }

    @Test
    void aWrongCommandLineOnAnyNodeIsFinal() {
        Background<LaunchResult> node0 = start(node(0, "r1:exit=2", "wait").maxRestarts(3));
        Background<LaunchResult> node1 = start(node(1, "r1:exit=2", "wait").maxRestarts(3));

        assertThat(node0.failure()).hasMessageContaining("exited with 2").hasMessageContaining("correct the arguments");
        assertThat(node1.failure()).hasMessageContaining("exited with 2").hasMessageContaining("correct the arguments");
        assertThat(errors()).doesNotContain("restart 1");
    }
}
