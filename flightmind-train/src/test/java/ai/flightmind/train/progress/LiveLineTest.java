package ai.flightmind.train.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LiveLineTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final AtomicLong now = new AtomicLong();

    private LiveLine line(boolean live) {
        return new LiveLine(new PrintStream(printed, true, UTF_8), "upload", Columns::bytes, live, now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void plainLinesComeEveryTenSecondsAndAtTheEnd() {
        try (LiveLine line = line(false)) {
            line.at(0, 212_000_000);
            pass(Duration.ofSeconds(9));
            line.at(90_000_000, 212_000_000);
            pass(Duration.ofSeconds(1));
            line.at(106_000_000, 212_000_000);
            pass(Duration.ofSeconds(10));
            line.at(212_000_000, 212_000_000);
        }

        assertThat(lines())
                .containsExactly(
                        "upload | 50.0 % | 106.0 MB of 212.0 MB | 10.6 MB/s | 0:10 left",
                        "upload | 100.0 % | 212.0 MB of 212.0 MB | 10.6 MB/s | 0:20",
                        "upload | 100.0 % | 212.0 MB of 212.0 MB | 10.6 MB/s | 0:20");
    }

    @Test
    void whatWasThereBeforeDoesNotCountForTheSpeed() {
        try (LiveLine line = line(false)) {
            line.at(100_000_000, 200_000_000);
            pass(Duration.ofSeconds(10));
            line.at(110_000_000, 200_000_000);
        }

        assertThat(lines().get(0)).isEqualTo("upload | 55.0 % | 110.0 MB of 200.0 MB | 1.0 MB/s | 1:30 left");
    }

    @Test
    void unknownTotalIsNotMadeUp() {
        try (LiveLine line = line(false)) {
            line.at(0, -1);
            pass(Duration.ofSeconds(10));
            line.at(5_500, -1);
        }

        assertThat(lines().get(0)).isEqualTo("upload | 5.5 kB | 550 B/s | 0:10");
    }

    @Test
    void liveLineIsDrawnOverItself() {
        try (LiveLine line = line(true)) {
            line.at(1, 2);
            pass(Duration.ofSeconds(1));
            line.at(2, 2);
        }

        String last = printed.toString(UTF_8);
        assertThat(last).containsOnlyOnce("\n").endsWith("\n");
        assertThat(last.substring(last.lastIndexOf("\r\u001b[K")))
                .startsWith("\r\u001b[Kupload | 100.0 % | 2 B of 2 B");
    }

    private List<String> lines() {
        return printed.toString(UTF_8).lines().toList();
    }
}
