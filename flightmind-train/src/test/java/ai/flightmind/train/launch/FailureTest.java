package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A rank fails: the others end within seconds, and the message says which, how and where to read on. */
class FailureTest extends Scene {
    private static final Duration SECONDS = Duration.ofSeconds(25);

    private static Duration timed(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void theRankThatExitsWithAnErrorIsNamedWithItsLastLines() {
        Duration took = timed(() -> assertThatThrownBy(() -> launcher(
                                "pid=" + signs, "r2:print=first\nsecond\n", "r2:error=the cause", "r2:exit=3", "wait")
                        .processesPerNode(4)
                        .build()
                        .run())
                .isInstanceOf(LaunchException.class)
                .hasMessageMatching("Rank 2 \\(pid \\d+\\) exited with 3; its log is .*/attempt-0/rank-2.log\\..*"
                        + "--max-restarts.*"));

        assertThat(took).isLessThan(SECONDS);
        assertThat(errors())
                .contains("attempt 0 failed", "rank 2 (pid ", "    first\n    second\n    the cause\n")
                .doesNotContain("rank 1")
                .doesNotContain("rank 3");
    }

    @Test
    void whatMainThrowsIsPrintedAndEndsTheRankThoughItsThreadsLinger() {
        assertThatThrownBy(() -> launcher("linger", "throw=tripped").build().run())
                .hasMessageContaining("exited with 1");

        assertThat(errors())
                .contains("Exception in thread \"main\" java.lang.IllegalStateException: tripped")
                .contains("at ai.flightmind.train.launch.RankProgram.main")
                .doesNotContain("InvocationTargetException");
    }

    @Test
    void otherRanksThatFailTooAreReportedAfterTheFirst() {
        assertThatThrownBy(() -> launcher(
                                "pid=" + signs,
                                "r1:await=" + signs.resolve("pid-r2a0"),
                                "r1:exit=4",
                                "r2:await=" + signs.resolve("pid-r1a0"),
                                "r2:gone=" + signs.resolve("pid-r1a0"),
                                "r2:exit=5",
                                "wait")
                        .processesPerNode(3)
                        .build()
                        .run())
                .hasMessageContaining("Rank 1 ")
                .hasMessageContaining("exited with 4");

        assertThat(errors()).containsSubsequence("rank 1 (pid ", "exited with 4", "rank 2 (pid ", "exited with 5");
    }

    @Test
    void aRankKilledBySigkillIsNamedSo() {
        Background<LaunchResult> launch = inBackground(() ->
                launcher("pid=" + signs, "wait").processesPerNode(3).build().run());
        awaitProcess("pid-r0a0");
        awaitProcess("pid-r2a0");
        ProcessHandle victim = awaitProcess("pid-r1a0");
        boolean ignored = victim.destroyForcibly();

        assertThat(launch.failure())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Rank 1 (pid " + victim.pid() + ") was killed by SIGKILL (9)");
        assertThat(errors()).contains("it printed nothing");
    }

    @Test
    void aStoppedRankAmongTheOthersIsEndedToo() {
        Background<LaunchResult> launch =
                inBackground(() -> launcher("pid=" + signs, "r0:await=" + signs.resolve("go"), "r0:exit=1", "wait")
                        .processesPerNode(3)
                        .killGrace(Duration.ofSeconds(1))
                        .build()
                        .run());
        signal("STOP", awaitProcess("pid-r2a0"));
        awaitProcess("pid-r1a0");
        makeSign("go");

        assertThat(launch.failure()).hasMessageContaining("Rank 0 ");
        assertThat(awaitGone("pid-r2a0")).isTrue();
    }

    private boolean awaitGone(String sign) {
        long pid = Long.parseLong(sign(sign));
        return ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true);
    }

    @Test
    void aRankThatIgnoresSigtermIsKilledAfterTheGrace() {
        Duration took = timed(() -> assertThatThrownBy(() -> launcher(
                                "stubborn",
                                "pid=" + signs,
                                "r1:await=" + signs.resolve("pid-r0a0"),
                                "r1:throw=enough",
                                "wait")
                        .mainClass(StubbornFailure.class)
                        .processesPerNode(2)
                        .killGrace(Duration.ofSeconds(1))
                        .build()
                        .run())
                .hasMessageContaining("Rank 1 "));

        assertThat(took).isBetween(Duration.ofSeconds(3), SECONDS);
    }

    /** Fails without its hooks, so that rank 1 ends though it is stubborn. */
    static final class StubbornFailure {
        private StubbornFailure() {}

        public static void main(String[] steps) throws Exception {
            try {
                RankProgram.main(steps);
            } catch (IllegalStateException e) {
                Runtime.getRuntime().halt(6);
            }
        }
    }

    @Test
    void whatRanksHaveStartedEndsWithThem() {
        Background<LaunchResult> launch = inBackground(() -> launcher("child=" + signs, "pid=" + signs, "wait")
                .processesPerNode(2)
                .build()
                .run());
        ProcessHandle ofKilled = awaitProcess("child-r0a0");
        ProcessHandle ofOther = awaitProcess("child-r1a0");
        awaitProcess("pid-r1a0");
        boolean ignored = awaitProcess("pid-r0a0").destroyForcibly();

        assertThat(launch.failure()).hasMessageContaining("SIGKILL");
        until("the children are gone", () -> !ofKilled.isAlive() && !ofOther.isAlive());
    }

    @Test
    void whatRanksLeaveBehindWhenTheySucceedEndsToo() {
        launcher("child=" + signs).build().run();

        long child = Long.parseLong(sign("child-r0a0"));
        until(
                "the child is gone",
                () -> ProcessHandle.of(child).map(process -> !process.isAlive()).orElse(true));
    }

    @Test
    void aRankThatCannotBeStartedEndsThoseThatWere() throws IOException {
        AtomicInteger started = new AtomicInteger();
        assertThatThrownBy(() -> launcher("wait")
                        .processesPerNode(4)
                        .starter(process -> {
                            if (started.incrementAndGet() == 3) {
                                throw new IOException("no more processes");
                            }
                            return process.start();
                        })
                        .build()
                        .run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("Rank 2 could not be started: no more processes");

        assertThat(started).hasValue(3);
    }

    @Test
    void anErrorInTheLauncherItselfEndsAllRanks() {
        AtomicInteger started = new AtomicInteger();
        assertThatThrownBy(() -> launcher("wait")
                        .processesPerNode(3)
                        .starter(process -> {
                            if (started.incrementAndGet() == 3) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            return process.start();
                        })
                        .build()
                        .run())
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void ranksThatAreDoneDoNotEndTheOthers() throws IOException {
        LaunchResult result = launcher("r1:await=" + signs.resolve("saved-r0a0"), "r0:hook=" + signs, "r1:print=done")
                .processesPerNode(2)
                .build()
                .run();

        assertThat(Files.readString(result.logDirectory().resolve("attempt-0/rank-1.log")))
                .isEqualTo("done");
    }
}
