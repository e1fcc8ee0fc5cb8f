package ai.flightmind.vast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What the run has said of {@code best.pt}, held against what then lies there. */
final class SafeBests {
    private final Path results;
    private int lowest = Integer.MAX_VALUE;

    SafeBests(Path results) {
        this.results = results;
    }

    void accept(RunEvent event) {
        if (event instanceof RunEvent.CheckpointSafe) {
            acceptLine(event.toString());
        }
    }

    synchronized void acceptLine(String line) {
        if (line.startsWith("best.pt ") && line.contains(" is safe in ")) {
            try {
                lowest = Math.min(lowest, FaultSchedule.lowestOf(results.resolve("best.pt")));
            } catch (IOException e) {
                throw new UncheckedIOException("best.pt was said to be safe, and is not there", e);
            }
        }
    }

    synchronized int lowest() {
        return lowest;
    }
}
