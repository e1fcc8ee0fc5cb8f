package ai.flightmind.vast.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The watchdog's own script, in this machine's shell, against a service on loopback. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WatchdogTest {
    private static final String KEY = "container-key-1234567890";
    private static final MockResponse OK =
            new MockResponse.Builder().body("{\"success\":true}").build();

    @TempDir
    Path temporary;

    private final MockWebServer service = new MockWebServer();
    private DetachedJob work;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(shell("command -v curl").contains("curl"), "Debian's curl");
        service.start();
        work = DetachedJob.builder()
                .folder(temporary.resolve("job").toString())
                .session("fm-watchdog-work-" + temporary.getFileName())
                .command(List.of("sh", "-c", "trap 'echo saved; exit 0' TERM; echo begun; while :; do sleep 0.1; done"))
                .build();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Files.createDirectories(temporary.resolve("dog"));
        Files.writeString(temporary.resolve("dog/done"), "");
        String unused =
                shell(dog(Instant.now()).job().stopScript(Duration.ZERO)) + shell(work.stopScript(Duration.ZERO));
        String ignored = shell("tmux kill-server 2>/dev/null");
        service.close();
    }

    private Watchdog dog(Instant endBy) {
        return Watchdog.builder()
                .folder(temporary.resolve("dog").toString())
                .job(work)
                .endBy(endBy)
                .address(trimmed(service.url("/").toString()))
                .stopGrace(Duration.ofSeconds(10))
                .uncollectedFor(Duration.ofSeconds(1))
                .every(Duration.ofSeconds(1))
                .build();
    }

    private static String trimmed(String url) {
        return url.substring(0, url.length() - 1);
    }

    @Test
    void whenItsTimeIsOverTheWorkSavesAndTheInstanceIsStopped() throws Exception {
        shell(work.startScript());
        service.enqueue(new MockResponse.Builder().code(503).build());
        service.enqueue(OK);

        shell(dog(Instant.now().minusSeconds(1)).job().startScript());
        RecordedRequest first = service.takeRequest(30, TimeUnit.SECONDS);
        RecordedRequest second = service.takeRequest(30, TimeUnit.SECONDS);

        assertThat(first).isNotNull();
        assertThat(second).as("a service that is busy is asked again").isNotNull();
        assertThat(second.getMethod()).isEqualTo("PUT");
        assertThat(second.getUrl().encodedPath()).isEqualTo("/api/v0/instances/77/");
        assertThat(second.getHeaders().get("Authorization")).isEqualTo("Bearer " + KEY);
        assertThat(second.getBody().utf8()).isEqualTo("{\"state\":\"stopped\"}");
        assertThat(JobState.parse(shell(work.stateScript()))).isInstanceOf(JobState.Exited.class);
        assertThat(Files.readString(Path.of(work.logFile()))).contains("begun", "saved");
    }

    @Test
    void workThatHasEndedAndIsNotCollectedStopsTheInstance() throws Exception {
        shell(work.startScript());
        shell(work.stopScript(Duration.ofSeconds(10)));
        service.enqueue(OK);

        shell(dog(Instant.now().plusSeconds(3600)).job().startScript());

        assertThat(service.takeRequest(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(Files.readString(temporary.resolve("dog/events"))).contains("nobody-collects");
    }

    @Test
    void itsEndIsMovedByWhoeverLooksAfterTheRun() throws Exception {
        shell(work.startScript());
        long end = Instant.now().getEpochSecond() + 3;
        Files.createDirectories(temporary.resolve("dog"));
        Files.writeString(temporary.resolve("dog/end-by"), Long.toString(end));
        service.enqueue(OK);

        shell(dog(Instant.now().minusSeconds(100)).job().startScript());

        assertThat(service.takeRequest(30, TimeUnit.SECONDS)).isNotNull();
        String event = Files.readAllLines(temporary.resolve("dog/events")).get(0);
        assertThat(event).endsWith(" time-is-over");
        assertThat(Long.parseLong(event.substring(0, event.indexOf(' ')))).isGreaterThanOrEqualTo(end);
    }

    private String shell(String script) {
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true);
            builder.environment().put("CONTAINER_API_KEY", KEY);
            builder.environment().put("CONTAINER_ID", "77");
            builder.environment().put("TMUX_TMPDIR", temporary.toString());
            builder.environment().remove("TMUX");
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
