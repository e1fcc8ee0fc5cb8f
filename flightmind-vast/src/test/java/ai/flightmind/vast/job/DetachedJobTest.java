package ai.flightmind.vast.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.error.DataException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts, run by this machine's own shell, with its tmux and without. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class DetachedJobTest {
    private enum Way {
        TMUX,
        NO_TMUX
    }

    @TempDir
    Path temporary;

    private final String session = "fm-" + UUID.randomUUID();
    private final List<DetachedJob> jobs = new ArrayList<>();
    private Way way = Way.NO_TMUX;
    private Path tmuxSockets;

    @BeforeEach
    void makeTmuxItsOwnServer() throws IOException {
        tmuxSockets = Files.createDirectory(temporary.resolve("tmux"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        for (DetachedJob job : jobs) {
            JobState ended = run(job.stopScript(Duration.ofSeconds(0)));
            assertThat(ended).isNotInstanceOf(JobState.Running.class);
        }
        String ignored = shell("tmux kill-server 2>/dev/null");
    }

    private void use(Way chosen) {
        way = chosen;
        assumeTrue(chosen == Way.NO_TMUX || shell("command -v tmux").contains("tmux"), "Debian's tmux");
    }

    private DetachedJob job(String... command) {
        DetachedJob job = DetachedJob.builder()
                .folder(temporary.resolve("it's a job").toString())
                .session(session)
                .command(List.of(command))
                .environment("GREETING", "it's $HOME; \"quoted\"")
                .build();
        jobs.add(job);
        return job;
    }

    private JobState run(String script) {
        return JobState.parse(shell(script));
    }

    private String shell(String script) {
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", script);
            Map<String, String> environment = builder.environment();
            environment.put("TMUX_TMPDIR", tmuxSockets.toString());
            environment.remove("TMUX");
            if (way == Way.NO_TMUX) {
                environment.put("PATH", pathWithoutTmux().toString());
            }
            Process process = builder.redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A folder of links to what the scripts may use. */
    private Path pathWithoutTmux() throws IOException {
        Path tools = temporary.resolve("tools");
        if (!Files.exists(tools)) {
            Files.createDirectory(tools);
            for (String tool : List.of(
                    "sh", "mkdir", "rm", "cat", "date", "sed", "cut", "sleep", "mv", "setsid", "seq", "env", "kill")) {
                for (String folder : List.of("/bin/", "/usr/bin/")) {
                    if (new File(folder + tool).canExecute() && !Files.exists(tools.resolve(tool))) {
                        Files.createSymbolicLink(tools.resolve(tool), Path.of(folder + tool));
                    }
                }
            }
        }
        return tools;
    }

    private String log(DetachedJob job) throws IOException {
        Path log = Path.of(job.logFile());
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private JobState await(DetachedJob job, Class<? extends JobState> kind) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            JobState state = run(job.stateScript());
            if (kind.isInstance(state)) {
                return state;
            }
            assertThat(System.nanoTime()).as("%s", state).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void awaitLog(DetachedJob job, String words) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!log(job).contains(words)) {
            assertThat(System.nanoTime()).as(log(job)).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void itRunsToItsEndAfterTheShellThatStartedItHasGone(Way chosen) throws IOException {
        use(chosen);
        DetachedJob job = job("sh", "-c", "echo \"$GREETING\"; echo trouble >&2; sleep 0.5; exit 7");
        assertThat(run(job.stateScript())).isInstanceOf(JobState.Absent.class);

        JobState started = run(job.startScript());

        assertThat(started).isInstanceOf(JobState.Running.class);
        JobState.Exited exited = (JobState.Exited) await(job, JobState.Exited.class);
        assertThat(exited.exitStatus()).isEqualTo(7);
        assertThat(exited.succeeded()).isFalse();
        assertThat(exited.at())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(2));
        assertThat(log(job)).isEqualTo("it's $HOME; \"quoted\"\ntrouble\n");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void startingItTwiceStartsOne(Way chosen) throws IOException {
        use(chosen);
        DetachedJob job = job("sh", "-c", "echo begun; sleep 30");

        JobState first = run(job.startScript());
        JobState second = run(job.startScript());

        assertThat(first).isInstanceOf(JobState.Running.class).isEqualTo(second);
        awaitLog(job, "begun");
        assertThat(log(job)).isEqualTo("begun\n");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void stoppingAsksItToSaveFirst(Way chosen) throws IOException {
        use(chosen);
        DetachedJob job = job("sh", "-c", "trap 'echo saved; exit 5' TERM; echo ready; while :; do sleep 0.1; done");
        assertThat(run(job.startScript())).isInstanceOf(JobState.Running.class);
        awaitLog(job, "ready");

        JobState.Exited exited = (JobState.Exited) run(job.stopScript(Duration.ofSeconds(10)));

        assertThat(exited.exitStatus()).isEqualTo(5);
        assertThat(log(job)).isEqualTo("ready\nsaved\n");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void stoppingInsistsWhenItDoesNotEnd(Way chosen) throws IOException {
        use(chosen);
        DetachedJob job =
                job("sh", "-c", "trap '' TERM; echo ready; sleep 300 & echo $!; wait; while :; do sleep 1; done");
        assertThat(run(job.startScript())).isInstanceOf(JobState.Running.class);
        awaitLog(job, "ready");
        long grandchild = Long.parseLong(awaitSecondLine(job));

        JobState.Exited exited = (JobState.Exited) run(job.stopScript(Duration.ofSeconds(1)));

        assertThat(exited.exitStatus()).isEqualTo(137);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (ProcessHandle.of(grandchild).map(ProcessHandle::isAlive).orElse(false)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private String awaitSecondLine(DetachedJob job) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (log(job).lines().count() < 2) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return log(job).lines().toList().get(1);
    }

    @Test
    void oneThatWasKilledWithEverythingIsLostAndCanBeStartedAgain() throws IOException {
        DetachedJob job = job("sh", "-c", "echo begun; sleep 30");
        JobState.Running running = (JobState.Running) run(job.startScript());
        awaitLog(job, "begun");
        ProcessHandle program = ProcessHandle.of(running.pid()).orElseThrow();
        ProcessHandle runner = program.parent().orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(program.descendants().toList());
        all.add(0, program);
        all.add(0, runner);
        all.forEach(each -> assertThat(each.destroyForcibly()).isTrue());

        assertThat(await(job, JobState.Lost.class)).isEqualTo(new JobState.Lost(running.since()));

        JobState.Running again = (JobState.Running) run(job.startScript());
        assertThat(again.pid()).isNotEqualTo(running.pid());
        awaitLog(job, "begun\nbegun");
    }

    @Test
    void anotherProcessWithItsNumberIsNotTakenForIt() throws IOException {
        DetachedJob job = job("sh", "-c", "exit 0");
        Files.createDirectories(Path.of(job.folder()));
        Files.writeString(Path.of(job.folder(), "started"), "1795489465\n");
        Files.writeString(Path.of(job.folder(), "pid"), ProcessHandle.current().pid() + " 12345\n");

        assertThat(run(job.stateScript())).isEqualTo(new JobState.Lost(Instant.ofEpochSecond(1_795_489_465L)));
        assertThat(run(job.stopScript(Duration.ofSeconds(1)))).isInstanceOf(JobState.Lost.class);
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    @Test
    void aProgramThatIsNotThereSaysSo() throws IOException {
        DetachedJob job = job("/no/such/program");

        JobState started = run(job.startScript());

        assertThat(started).isInstanceOfAny(JobState.Running.class, JobState.Exited.class);
        JobState.Exited exited = (JobState.Exited) await(job, JobState.Exited.class);
        assertThat(exited.exitStatus()).isEqualTo(127);
        assertThat(log(job)).contains("/no/such/program");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "running", "running x 1", "exited 1", "Permission denied", "lost now"})
    void whatIsNoStateIsAnError(String said) {
        assertThatThrownBy(() -> JobState.parse(said)).isInstanceOf(DataException.class);
    }

    @Test
    void whatAShellCannotTakeIsRefusedBeforeAnythingRuns() {
        DetachedJob.Builder job = DetachedJob.builder().folder("/tmp/x").command(List.of("true"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DetachedJob.builder().build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> job.session("a b").build())
                .withMessageContaining("session");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> job.session("a").environment("A B", "x").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DetachedJob.builder()
                        .folder("/tmp/x")
                        .command(List.of("a\0b"))
                        .build());
    }
}
