package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.distributed.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The launcher and its ranks on two hosts that share nothing but a cable. */
@Tag("netns")
@Timeout(240)
class TwoHostsTest extends TinyData {
    private Namespaces hosts;

    @BeforeEach
    void makeHosts() {
        assumeTrue(Namespaces.canBeMade(), "root and Debian's iproute2, for network namespaces");
        hosts = new Namespaces();
    }

    @AfterEach
    void removeHosts() {
        if (hosts != null) {
            hosts.close();
        }
    }

    private ChildJvm launch(int node, List<String> options, String... program) {
        List<String> arguments = new ArrayList<>(List.of(
                "--nproc-per-node",
                "2",
                "--nnodes",
                "2",
                "--node-rank",
                "" + node,
                "--master",
                Namespaces.FIRST_ADDRESS + ":29400",
                "--node-timeout",
                "3s",
                "--log-dir",
                folder.resolve("logs" + node).toString()));
        arguments.addAll(options);
        arguments.addAll(List.of("--", TrainingRank.class.getName(), data, "timeout=5"));
        arguments.addAll(List.of(program));
        return ChildJvm.start(
                hosts.on(node),
                folder.resolve("err" + node),
                List.of(),
                Launch.class,
                arguments.toArray(new String[0]));
    }

    private String said(int node) throws IOException {
        return Files.readString(folder.resolve("err" + node));
    }

    private static Map<Long, Double> losses(ChildJvm rank) {
        Map<Long, Double> losses = new TreeMap<>();
        for (String line : rank.lines("step ")) {
            String[] words = line.split(" ", -1);
            losses.put(Long.parseLong(words[0]), Double.parseDouble(words[1]));
        }
        return losses;
    }

    private void assertLosses(ChildJvm launcher, int steps) {
        try (Ranks alone = Ranks.none()) {
            ChildJvm rank = alone.add(folder, Map.of(), "maxSteps=" + steps, data);
            assertThat(rank.awaitExit()).as(rank::describe).isZero();
            Map<Long, Double> expected = losses(rank);
            assertThat(losses(launcher).keySet()).isEqualTo(expected.keySet());
            losses(launcher)
                    .forEach((step, loss) -> assertThat(loss)
                            .as("loss of step %s", step)
                            .isCloseTo(Objects.requireNonNull(expected.get(step)), withPercentage(0.01)));
        }
    }

    @Test
    void twoHostsTrainAsOneProcess() throws IOException {
        try (ChildJvm second = launch(1, List.of(), "maxSteps=30");
                ChildJvm first = launch(0, List.of(), "maxSteps=30")) {
            assertThat(first.awaitExit()).as(first::describe).isZero();
            assertThat(second.awaitExit()).as(second::describe).isZero();

            assertLosses(first, 30);
            assertThat(second.lines("step ")).isEmpty();
        }
    }

    @Test
    void aCableThatIsPulledEndsBothHostsWithAReason() throws IOException {
        try (ChildJvm first = launch(0, List.of(), "maxSteps=1000000");
                ChildJvm second = launch(1, List.of(), "maxSteps=1000000")) {
            first.awaitLine("step 5 ");
            hosts.pullCable();
            long pulled = System.nanoTime();

            assertThat(first.awaitExit()).isEqualTo(1);
            assertThat(second.awaitExit()).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - pulled)).isLessThan(Duration.ofSeconds(45));
            assertThat(said(0)).contains("node 1").contains("3 s");
            assertThat(said(1)).containsIgnoringCase("node 0").contains("3 s");
        }
    }

    @Test
    void aRunGoesOnExactlyWhenTheCableIsBack() throws IOException {
        List<String> restarts = List.of("--max-restarts", "3");
        String checkpoints = "checkpoints=" + folder.resolve("checkpoints");
        try (ChildJvm first = launch(0, restarts, "maxSteps=200", checkpoints);
                ChildJvm second = launch(1, restarts, "maxSteps=200", checkpoints)) {
            first.awaitLine("saved 5");
            hosts.pullCable();
            awaitSaid(0, "restart 1 of 3");
            awaitSaid(1, "trying to reach it again");
            hosts.plugCableIn();

            assertThat(first.awaitExit()).as(first::describe).isZero();
            assertThat(second.awaitExit()).as(second::describe).isZero();
            assertThat(first.lines("start ")).hasSizeGreaterThan(1);
            assertLosses(first, 200);
        }
    }

    private void awaitSaid(int node, String words) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!said(node).contains(words)) {
            assertThat(System.nanoTime())
                    .as("node %s said: %s", node, said(node))
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
