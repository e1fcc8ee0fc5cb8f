package ai.flightmind.train.launch;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One rank: its process, where its output goes, and a thread that sees it end. */
final class RankProcess implements AutoCloseable {
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(10);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final int rank;
    private final Path log;
    private final Process process;
    private final List<Thread> threads = new ArrayList<>();
    private final @Nullable OutputStream logStream;
    private final PrintStream err;
    private boolean logIsWhole = true;

    private RankProcess(int rank, Path log, Process process, @Nullable OutputStream logStream, PrintStream err) {
        this.rank = rank;
        this.log = log;
        this.process = process;
        this.logStream = logStream;
        this.err = err;
    }

    /**
     * Starts it. Its standard input is a pipe that stays open as long as this process lives.
     *
     * @param onExit told the exit status, on another thread
     */
    static RankProcess start(int rank, ProcessBuilder builder, Path log, LaunchSettings settings, IntConsumer onExit)
            throws IOException {
        builder.redirectInput(ProcessBuilder.Redirect.PIPE);
        boolean isShown = rank == 0;
        if (!isShown) {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        OutputStream logStream = isShown ? new FileOutputStream(log.toFile()) : null;
        Process process = null;
        try {
            process = settings.starter().start(builder);
            RankProcess started = new RankProcess(rank, log, process, logStream, settings.err());
            if (logStream != null) {
                started.pump("out", process.getInputStream(), logStream, settings.out());
                started.pump("err", process.getErrorStream(), logStream, settings.err());
            }
            started.startThread("flightmind-rank-" + rank, () -> started.awaitExit(onExit));
            return started;
        } catch (IOException | RuntimeException | Error e) {
            if (process != null) {
                boolean ignored = process.toHandle().destroyForcibly();
            }
            if (logStream != null) {
                logStream.close();
            }
            throw e;
        }
    }

    private void startThread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void pump(String name, InputStream from, OutputStream logTo, OutputStream to) {
        startThread("flightmind-rank-0-" + name, () -> {
            byte[] buffer = new byte[BUFFER_BYTES];
            boolean toIsOpen = true;
            try {
                for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                    // What cannot be written is still read: a rank must not wait for a full disk or a closed terminal.
                    log(logTo, buffer, count);
                    toIsOpen = toIsOpen && forward(to, buffer, count);
                }
            } catch (IOException e) {
                err.println("launch: the output of rank 0 could not be read to its end: " + e.getMessage());
            }
        });
    }

    private void log(OutputStream to, byte[] bytes, int count) {
        synchronized (to) {
            try {
                to.write(bytes, 0, count);
            } catch (IOException e) {
                if (logIsWhole) {
                    logIsWhole = false;
                    err.println("launch: output of rank 0 is missing in " + log + ": " + e.getMessage());
                }
            }
        }
    }

    private boolean forward(OutputStream to, byte[] bytes, int count) {
        try {
            to.write(bytes, 0, count);
            to.flush();
            return true;
        } catch (IOException e) {
            err.println("launch: the output of rank 0 is shown no further, see " + log + ": " + e.getMessage());
            return false;
        }
    }

    private void awaitExit(IntConsumer onExit) {
        try {
            onExit.accept(process.waitFor());
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts this thread", e);
        }
    }

    int rank() {
        return rank;
    }

    long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    Stream<ProcessHandle> withDescendants() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    /** SIGTERM. Not by {@link Process#destroy}, which also closes the pipes that the last lines come through. */
    void terminate() {
        boolean ignored = process.toHandle().destroy();
    }

    /** SIGKILL. */
    void kill() {
        boolean ignored = process.toHandle().destroyForcibly();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits a little for the last output of an ended process, and lets go of everything. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + LAST_OUTPUT.toNanos();
        for (Thread thread : threads) {
            boolean joined = false;
            while (!joined) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
                    joined = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        try {
            process.getOutputStream().close();
            if (logStream != null) {
                logStream.close();
            }
        } catch (IOException e) {
            err.println("launch: a stream of rank " + rank + " could not be closed: " + e.getMessage());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
