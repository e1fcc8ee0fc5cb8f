package ai.flightmind.vast.run;

import ai.flightmind.vast.ssh.file.Follow;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings a machine's log and metrics to the events, line by line, and the log to a file here. */
final class Following implements AutoCloseable {
    private final RunContext run;
    private final BufferedWriter copy;
    private final long toldBefore;
    private final Machine machine;
    private final String remoteLog;
    private final String remoteMetrics;
    private Follow log;
    private Follow metrics;
    private long lines;

    /**
     * @param log where it is copied to; what an earlier program wrote there is written again
     * @param checkpoints the folder on the machine that holds the metrics
     */
    Following(RunContext run, Machine machine, String remoteLog, Path log, String checkpoints) {
        this.run = run;
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            toldBefore = Files.exists(log) ? countLines(log) : 0;
            copy = Files.newBufferedWriter(log);
        } catch (IOException e) {
            throw new UncheckedIOException("The program's log cannot be written to " + log + ".", e);
        }
        this.machine = machine;
        this.remoteLog = remoteLog;
        this.remoteMetrics = checkpoints + "/" + Checkpointing.METRICS;
        this.log = machine.files().follow(remoteLog, this::logLine);
        this.metrics = machine.files().follow(remoteMetrics, run::metricsLine);
    }

    private static long countLines(Path file) throws IOException {
        try (var lines = Files.lines(file, java.nio.charset.StandardCharsets.UTF_8)) {
            return lines.count();
        }
    }

    private synchronized void logLine(String line) {
        try {
            copy.write(line);
            copy.newLine();
            copy.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("The copy of the program's log cannot be written.", e);
        }
        if (++lines > toldBefore) {
            run.tell(new RunEvent.LogLine(line));
        }
    }

    /** A follower gives up when the line is lost for longer than it waits; the line is there again. */
    void keepFollowing() {
        if (!log.isFollowing()) {
            log = machine.files().follow(remoteLog, log.position(), this::logLine);
        }
        if (!metrics.isFollowing()) {
            metrics = machine.files().follow(remoteMetrics, metrics.position(), run::metricsLine);
        }
    }

    @Override
    public void close() {
        log.close();
        metrics.close();
        try {
            copy.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
