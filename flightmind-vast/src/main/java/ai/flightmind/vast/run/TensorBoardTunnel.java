package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.PortForward;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.RunningCommand;
import ai.flightmind.vast.ssh.Shell;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TensorBoard on a run's machine, and the port of this machine behind which it is. Closing it ends both. Thread-safe.
 */
public final class TensorBoardTunnel implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Pattern ADDRESS = Pattern.compile("http://[^/ ]+:(\\d+)/");
    private static final String MISSING = "no tensorboard";

    private final RunningCommand tensorBoard;
    private final PortForward port;

    private TensorBoardTunnel(RunningCommand tensorBoard, PortForward port) {
        this.tensorBoard = tensorBoard;
        this.port = port;
    }

    /** Over all event files below this directory of the machine. */
    static TensorBoardTunnel open(Machine machine, String directory) {
        Output output = new Output();
        RunningCommand tensorBoard = machine.ssh()
                .start(RemoteCommand.builder("command -v tensorboard >/dev/null || { echo '" + MISSING
                                + "'; exit 1; }; exec tensorboard --logdir " + Shell.path(directory)
                                + " --host 127.0.0.1 --port 0 2>&1")
                        .onStdoutLine(output::line)
                        .build());
        boolean open = false;
        try {
            PortForward port = machine.ssh().forward("127.0.0.1", output.port(tensorBoard, machine.id()), 0);
            open = true;
            return new TensorBoardTunnel(tensorBoard, port);
        } finally {
            if (!open) {
                tensorBoard.close();
            }
        }
    }

    /** For the browser, as {@code http://localhost:34567}. */
    public URI address() {
        return URI.create("http://localhost:" + port.localPort());
    }

    /** Ends TensorBoard there, too. Takes seconds at most. */
    @Override
    public void close() {
        try {
            port.close();
        } finally {
            tensorBoard.close();
        }
    }

    /** What TensorBoard says while it starts: at last its address. */
    private static final class Output {
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final StringBuilder said = new StringBuilder();

        synchronized void line(String line) {
            said.append(line).append('\n');
            Matcher address = ADDRESS.matcher(line);
            if (address.find()) {
                port.complete(Integer.parseInt(address.group(1)));
            }
        }

        private synchronized String said() {
            return said.toString().strip();
        }

        /** Until it has said its port, or ended without. */
        int port(RunningCommand tensorBoard, long instanceId) {
            long deadline = System.nanoTime() + START.toNanos();
            while (true) {
                boolean over = !tensorBoard.isRunning() || System.nanoTime() - deadline > 0;
                try {
                    return port.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (over) {
                        throw failure(instanceId);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new CancelledException("Interrupted while waiting for TensorBoard.", false, e);
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private SshException failure(long instanceId) {
            String what = said().equals(MISSING)
                    ? "has no TensorBoard. Install it there (pip install tensorboard), or rent with an image that has it."
                    : "did not start TensorBoard. It said: " + (said().isEmpty() ? "nothing" : said());
            return new SshException(Kind.COMMAND_FAILED, "Instance " + instanceId + " " + what, null);
        }
    }
}
