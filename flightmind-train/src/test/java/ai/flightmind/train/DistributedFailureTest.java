package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each failure ends every rank in bounded time, with an error that names the rank and the cause; no launcher helps. */
@Timeout(180)
class DistributedFailureTest extends TinyData {
    private static final String FOREVER = "maxSteps=1000000";

    private static String failure(ChildJvm rank) {
        assertThat(rank.awaitExit()).as(rank::describe).isEqualTo(1);
        List<String> failures = rank.lines("failed ");
        assertThat(failures).as(rank::describe).hasSize(1);
        return failures.get(0);
    }

    private static void signal(String name, ChildJvm rank) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, "" + rank.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void aKilledRankIsNamedByTheOthers() {
        try (Ranks ranks = Ranks.start(folder, 3, FOREVER, data)) {
            ranks.rank(2).awaitLine("step 5 ");
            ranks.rank(2).kill();
            long killed = System.nanoTime();

            assertThat(failure(ranks.rank(0)))
                    .startsWith("DistributedException While at '")
                    .contains("rank 0 of 3 lost the others")
                    .contains("rank 2 is gone or stopped");
            assertThat(failure(ranks.rank(1))).contains("rank 1 of 3").contains("rank 2 is gone or stopped");
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void theOthersSayThatRankZeroIsGone() {
        try (Ranks ranks = Ranks.start(folder, 2, FOREVER, data)) {
            ranks.rank(1).awaitLine("step 5 ");
            ranks.rank(0).kill();

            assertThat(failure(ranks.rank(1))).contains("Rank 0, which keeps the ranks' store, is gone or stopped");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aStoppedRankIsFoundWhenTheTimeOutIsOver(int stopped) throws IOException, InterruptedException {
        try (Ranks ranks = Ranks.start(folder, 2, FOREVER, "timeout=3", data)) {
            int other = 1 - stopped;
            ranks.rank(other).awaitLine("step 5 ");
            signal("STOP", ranks.rank(stopped));
            long begin = System.nanoTime();

            assertThat(failure(ranks.rank(other)))
                    .containsIgnoringCase("rank " + stopped)
                    .contains("gone or stopped");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(40));
        }
    }

    @Test
    void aRankThatHangsIsNamedWithWhereItHangsAndEndsItself() throws IOException {
        try (Ranks ranks = Ranks.start(folder, 2, FOREVER, "timeout=2", "hangAt=4", data)) {
            assertThat(failure(ranks.rank(1))).contains("rank 0 lives, but is still at 'telling of step 4'");

            assertThat(ranks.rank(0).awaitExit()).isEqualTo(1);
            assertThat(ranks.rank(0).describe())
                    .contains("error: Rank 0 ends its process: it has been at 'telling of step 4' for ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aRanksOwnFailureIsToldToTheOthers(int failing) {
        try (Ranks ranks =
                Ranks.start(folder, 2, FOREVER, "throwAt=4", "throwOn=" + failing, "checkpoints=" + folder, data)) {
            assertThat(failure(ranks.rank(failing)))
                    .startsWith("CallbackException The callback Teller failed in onStep")
                    .contains("the callback's own trouble");

            assertThat(failure(ranks.rank(1 - failing)))
                    .startsWith("DistributedException")
                    .contains("Rank " + failing + " failed: The callback Teller failed in onStep")
                    .contains("the callback's own trouble");
        }
    }

    @Test
    void aMasterThatComesLateIsWaitedFor() {
        int port = Ranks.freePort();
        try (Ranks ranks = Ranks.none()) {
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 2, port), "maxSteps=3", data);
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 2, port), "maxSteps=3", data);

            assertThat(one.awaitExit()).as(one::describe).isZero();
            assertThat(zero.awaitExit()).as(zero::describe).isZero();
        }
    }

    @Test
    void aMasterThatNeverComesIsGivenUp() {
        int port = Ranks.freePort();
        try (Ranks ranks = Ranks.none()) {
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 2, port), "rendezvous=2", data);

            assertThat(failure(one))
                    .contains("After PT2S rank 1 of 2 gives up: the store of rank 0 at 127.0.0.1:" + port
                            + " cannot be reached: Connection refused")
                    .contains("Is rank 0 running");
        }
    }

    @Test
    void aRankThatNeverComesIsNamed() {
        try (Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 3, Ranks.freePort()), "rendezvous=2", data);

            assertThat(failure(zero)).contains("Of 3 ranks these did not come").contains("[1, 2]");
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 2, taken.getLocalPort()), data);

            assertThat(failure(zero))
                    .contains("Rank 0 cannot serve the ranks' store on port " + taken.getLocalPort())
                    .contains("set another MASTER_PORT");
        }
    }

    @Test
    void worldsOfDifferentSizesDoNotMix() {
        int port = Ranks.freePort();
        try (Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 2, port), data);
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 3, port), "rendezvous=10", data);

            assertThat(failure(zero)).contains("Rank 1 was started with WORLD_SIZE 3, rank 0 with 2");
            assertThat(failure(one)).containsAnyOf("Rank 0 was started with WORLD_SIZE 2", "cannot be reached");
        }
    }

    @Test
    void twoProcessesOfOneRankAreRefused() {
        int port = Ranks.freePort();
        try (Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 3, port), "rendezvous=10", data);
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 3, port), "rendezvous=10", data);
            ChildJvm again = ranks.add(folder, Ranks.environment(1, 3, port), "rendezvous=10", data);

            assertThat(failure(one) + failure(again)).contains("Two processes say that they are rank 1 of 3");
            assertThat(failure(zero)).contains("[2]");
        }
    }

    @Test
    void ranksThatWereNotStartedAlikeAreToldWhatDiffers() {
        int port = Ranks.freePort();
        try (Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 2, port), "rate=3", "sequences=8", data);
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 2, port), "rate=2", "sequences=4", data);

            for (ChildJvm rank : List.of(zero, one)) {
                assertThat(failure(rank))
                        .contains("not started alike")
                        .contains("sequences per step is 8 on rank 0 and 4 on rank 1")
                        .contains("learningRate is ");
                assertThat(rank.lines("rows ")).isEmpty();
            }
        }
    }

    @Test
    void otherDataOnARankIsNoticed() {
        int port = Ranks.freePort();
        TinyRun.write(folder.resolve("other"), TinyRun.TRAIN_ROWS - 1);
        try (Ranks ranks = Ranks.none()) {
            ranks.add(folder, Ranks.environment(0, 2, port), data);
            ChildJvm one = ranks.add(folder, Ranks.environment(1, 2, port), "data=" + folder.resolve("other"));

            assertThat(failure(one)).contains("number of training sequences is 300 on rank 0 and 299 on rank 1");
        }
    }

    @Test
    void moreRanksThanSequencesAreRefusedBeforeTheyMeet() {
        try (Ranks ranks = Ranks.none()) {
            ChildJvm zero = ranks.add(folder, Ranks.environment(0, 3, Ranks.freePort()), "sequences=2", data);

            assertThat(failure(zero)).contains("A step has 2 sequences, fewer than there are ranks (3)");
        }
    }

    @Test
    void allRanksStopAtTheSameStepWhenOneIsAskedTo() {
        Path checkpoints = folder.resolve("checkpoints");
        try (Ranks ranks = Ranks.start(folder, 2, FOREVER, "every=1000000", "checkpoints=" + checkpoints, data)) {
            ranks.rank(1).awaitLine("step 5 ");
            assertThat(ranks.rank(1).terminate()).isTrue();

            String stopped = ranks.rank(0).awaitLine("ended stopped ");
            assertThat(stopped).endsWith("rank 1: the process was asked to end");
            assertThat(ranks.rank(1).awaitLine("ended stopped ").split(" ", -1)[2])
                    .isEqualTo(stopped.split(" ", -1)[2]);
            assertThat(ranks.rank(0).awaitExit()).isZero();
            assertThat(ranks.rank(0).lines("saved ")).hasSize(1);
            assertThat(ranks.rank(1).lines("saved ")).isEmpty();
            assertThat(ranks.steps()).isEqualTo(ranks.steps(1));
        }
    }

    @Test
    void whatIsNotFiniteOnOneRankIsSkippedByAll() {
        try (Ranks ranks = Ranks.start(folder, 2, FOREVER, "poisonAt=3", data)) {
            for (int rank = 0; rank < 2; rank++) {
                assertThat(failure(ranks.rank(rank)))
                        .startsWith("NonFiniteException Steps 4 to 13 all had a loss or gradient that is not a finite");
            }
            assertThat(ranks.steps()).hasSize(14);
            String before = Objects.requireNonNull(ranks.steps().get(3L)).checksum();
            ranks.steps().forEach((step, said) -> {
                if (step > 3) {
                    assertThat(said.loss()).isNaN();
                    assertThat(said.checksum()).as("rank 0 after step %s", step).isEqualTo(before);
                }
            });
        }
    }

    @Test
    void onlyRankZeroOwnsTheCheckpoints() {
        Path checkpoints = folder.resolve("checkpoints");
        try (Ranks ranks = Ranks.start(folder, 2, "maxSteps=4", "every=2", "checkpoints=" + checkpoints, data)) {
            assertThat(ranks.awaitExits()).as(ranks::describe).containsOnly(0);

            assertThat(ranks.rank(0).lines("saved ")).containsExactly("2", "3");
            assertThat(ranks.rank(1).lines("saved ")).isEmpty();
        }
    }

    @Test
    void aRestartGoesOnFromTheNewestCheckpointThoughNothingSaysResume() {
        Path checkpoints = folder.resolve("checkpoints");
        try (Ranks first = Ranks.start(folder, 2, FOREVER, "checkpoints=" + checkpoints, data)) {
            first.rank(0).awaitLine("saved 3");
            first.kill();
        }
        int port = Ranks.freePort();
        try (Ranks again = Ranks.none()) {
            for (int rank = 0; rank < 2; rank++) {
                Map<String, String> environment = new HashMap<>(Ranks.environment(rank, 2, port));
                environment.put("TORCHELASTIC_RESTART_COUNT", "1");
                again.add(folder, environment, "maxSteps=1000", "checkpoints=" + checkpoints, data);
            }
            String start = again.rank(0).awaitLine("start ");
            assertThat(Long.parseLong(start.split(" ", -1)[1])).isGreaterThan(3);
            again.kill();
        }
    }

    @Test
    void aRestartDoesNotGoOnWithAnotherRunThatLiesThere() {
        Path checkpoints = folder.resolve("checkpoints");
        try (Ranks earlier = Ranks.start(folder, 1, "maxSteps=2", "checkpoints=" + checkpoints, data)) {
            assertThat(earlier.awaitExits()).containsOnly(0);
        }
        Map<String, String> environment = new HashMap<>(Ranks.environment(0, 1, Ranks.freePort()));
        environment.put("TORCHELASTIC_RESTART_COUNT", "1");
        environment.put("FLIGHTMIND_LAUNCHED_AT", "" + (System.currentTimeMillis() + 1));
        try (Ranks again = Ranks.none()) {
            ChildJvm rank = again.add(folder, environment, "maxSteps=4", "checkpoints=" + checkpoints, data);

            assertThat(failure(rank)).contains("already holds checkpoints of an earlier run");
        }
    }

    @Test
    void torchrunStartsRanksToo() throws IOException {
        Path torchrun = Path.of("/usr/bin/torchrun");
        assumeTrue(torchrun.toFile().canExecute(), "torchrun, as in Debian's python3-torch");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path out = folder.resolve("torchrun.txt");
        Process process = new ProcessBuilder(
                        torchrun.toString(),
                        "--standalone",
                        "--no_python",
                        "--redirects=1", // its default fails on Python 3.11
                        "--tee=1",
                        "--log_dir=" + folder.resolve("torchrun"),
                        "--nproc_per_node=2",
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingRank.class.getName(),
                        "maxSteps=5",
                        data)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue())
                    .as(Files.readString(out))
                    .isZero();
            assertThat(Files.readAllLines(out).stream().filter(line -> line.contains("ended completed 5")))
                    .hasSize(2);
        } finally {
            process.destroyForcibly();
        }
    }
}
