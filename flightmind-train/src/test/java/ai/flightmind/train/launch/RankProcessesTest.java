package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What ranks are given, and where their output goes. */
class RankProcessesTest extends Scene {
    private List<String> logOf(LaunchResult result, int attempt, int rank) throws IOException {
        return Files.readAllLines(result.logDirectory().resolve("attempt-" + attempt + "/rank-" + rank + ".log"));
    }

    @Test
    void eachRankHasTheEnvironmentOfTorchsLaunchers() throws IOException {
        long before = System.currentTimeMillis();
        LaunchResult result = launcher("env").processesPerNode(3).build().run();
        long after = System.currentTimeMillis();

        assertThat(result.attempts()).isEqualTo(1);
        assertThat(result.failures()).isEmpty();
        assertThat(result.stopped()).isFalse();
        assertThat(result.elapsed()).isBetween(Duration.ofMillis(1), Duration.ofMillis(after - before + 1));
        int share = Math.max(1, Runtime.getRuntime().availableProcessors() / 3);
        for (int rank = 0; rank < 3; rank++) {
            List<String> environment = logOf(result, 0, rank);
            assertThat(environment)
                    .contains(
                            "RANK=" + rank,
                            "LOCAL_RANK=" + rank,
                            "WORLD_SIZE=3",
                            "LOCAL_WORLD_SIZE=3",
                            "GROUP_RANK=0",
                            "MASTER_ADDR=127.0.0.1",
                            "TORCHELASTIC_RESTART_COUNT=0",
                            "OMP_NUM_THREADS=" + System.getenv().getOrDefault("OMP_NUM_THREADS", "" + share),
                            "NCCL_NVLS_ENABLE=" + System.getenv().getOrDefault("NCCL_NVLS_ENABLE", "0"));
            assertThat(Long.parseLong(valueOf(environment, "FLIGHTMIND_LAUNCHED_AT")))
                    .isBetween(before, after);
            assertThat(Integer.parseInt(valueOf(environment, "MASTER_PORT"))).isPositive();
        }
        assertThat(valueOf(logOf(result, 0, 2), "MASTER_PORT")).isEqualTo(valueOf(logOf(result, 0, 0), "MASTER_PORT"));
    }

    private static String valueOf(List<String> environment, String name) {
        return environment.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatTheCallerSetsWins() {
        launcher("env")
                .environment("OMP_NUM_THREADS", "7")
                .environment("NCCL_NVLS_ENABLE", "1")
                .environment("EXTRA", "with = and space")
                .build()
                .run();

        assertThat(printed().lines()).contains("OMP_NUM_THREADS=7", "NCCL_NVLS_ENABLE=1", "EXTRA=with = and space");
    }

    @Test
    void whatTheLaunchersOwnEnvironmentSetsStaysButForTorchsAgent() throws IOException, InterruptedException {
        ProcessBuilder launch = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "ai.flightmind.train.distributed.Launch",
                "--log-dir",
                folder.resolve("logs").toString(),
                "--",
                RankProgram.class.getName(),
                "env",
                "options");
        Path printed = folder.resolve("printed");
        launch.redirectOutput(printed.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        launch.environment().put("OMP_NUM_THREADS", "5");
        launch.environment().put("NCCL_NVLS_ENABLE", "1");
        launch.environment().put("RANK", "17");
        launch.environment().put("TORCHELASTIC_USE_AGENT_STORE", "True");
        launch.environment().put("JDK_JAVA_OPTIONS", "-Dtold.once=yes");

        assertThat(launch.start().waitFor()).isZero();
        List<String> lines = Files.readAllLines(printed);
        assertThat(lines)
                .contains("OMP_NUM_THREADS=5", "NCCL_NVLS_ENABLE=1", "RANK=0")
                .containsOnlyOnce("-Dtold.once=yes")
                .noneMatch(line -> line.startsWith("TORCHELASTIC_USE_AGENT_STORE"));
    }

    @Test
    void theLaunchersOptionsArePassedOnAndACoreShareIsAdded() {
        ChildLauncher child = startChild(List.of("--nproc-per-node", "2"), "options");

        assertThat(child.awaitExit()).as(child::errors).isZero();
        int share = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        assertThat(child.printed().lines())
                .contains("-XX:+UseSerialGC", "-Dof.the.launcher=yes", "-XX:ActiveProcessorCount=" + share);
    }

    @Test
    void aCoreShareThatTheCallerChoseStays() {
        launcher("options").jvmOptions("-XX:ActiveProcessorCount=1").build().run();

        assertThat(printed().lines().filter(line -> line.contains("ActiveProcessorCount")))
                .containsExactly("-XX:ActiveProcessorCount=1");
    }

    @Test
    void aDebuggersPortIsNotPassedOn() {
        launcher("options")
                .jvmOptions("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=1")
                .build()
                .run();

        assertThat(printed()).doesNotContain("jdwp");
    }

    @Test
    void theProgramReadsAnEmptyInput() {
        launcher("stdin").build().run();

        assertThat(printed()).isEqualTo("stdin -1" + System.lineSeparator());
    }

    @Test
    void argumentsArriveUntouched() {
        launcher("print=a b \"c\" 'd' $e --f * \\ ü").build().run();

        assertThat(printed()).isEqualTo("a b \"c\" 'd' $e --f * \\ ü");
    }

    @Test
    void rankZerosBytesComeAsTheyAreAndTheOthersOnlyInTheirLogs() throws IOException {
        LaunchResult result = launcher("r0:bytes", "r0:error=wrong", "r1:print=mine", "r1:error=too")
                .processesPerNode(2)
                .build()
                .run();

        byte[] bytes = {(byte) 0xff, 0, (byte) 0xc3, '\r', 27, '['};
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(errors()).contains("wrong\n").doesNotContain("mine").doesNotContain("too");
        Path logs = result.logDirectory().resolve("attempt-0");
        assertThat(Files.readAllBytes(logs.resolve("rank-0.log")))
                .hasSize(bytes.length + "wrong\n".length())
                .contains(bytes);
        assertThat(logs.resolve("rank-1.log")).content().isEqualTo("minetoo\n");
    }

    @Test
    void partOfALineIsShownWhileTheRankRuns() {
        Background<LaunchResult> launch =
                inBackground(() -> launcher("print=half", "await=" + signs.resolve("go"), "print= whole")
                        .build()
                        .run());

        until("the first half is shown", () -> printed().equals("half"));
        makeSign("go");

        assertThat(launch.result().failures()).isEmpty();
        assertThat(printed()).isEqualTo("half whole");
    }

    @Test
    void aTerminalThatIsGoneDoesNotHoldTheRankUp() throws IOException {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("gone");
            }
        };
        LaunchResult result =
                launcher("print=unseen", "print=too").out(gone).build().run();

        assertThat(result.logDirectory().resolve("attempt-0/rank-0.log"))
                .content()
                .isEqualTo("unseentoo");
        assertThat(errors()).containsOnlyOnce("is shown no further").contains("rank-0.log");
    }

    @Test
    void twoLaunchesAtOnceDoNotCollide() {
        Launcher launcher = launcher("meet").processesPerNode(2).build();
        Background<LaunchResult> one = inBackground(launcher::run);
        Background<LaunchResult> other = inBackground(launcher::run);

        assertThat(one.result().logDirectory()).isNotEqualTo(other.result().logDirectory());
        assertThat(printed().lines()).containsExactly("all have met", "all have met");
    }

    @Test
    void manyLaunchesLeaveNoOpenFile() throws IOException {
        Launcher launcher = launcher("print=x").processesPerNode(2).build();
        launcher.run();
        int before = openFiles();
        for (int i = 0; i < 5; i++) {
            launcher.run();
        }
        assertThat(openFiles()).isLessThanOrEqualTo(before + 1);
    }

    private static int openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return (int) files.count();
        }
    }

    @Test
    void theProgramsOwnThreadsGoOnWhenMainReturns() {
        launcher("after=" + signs).build().run();

        assertThat(hasSign("after-r0a0")).isTrue();
    }
}
