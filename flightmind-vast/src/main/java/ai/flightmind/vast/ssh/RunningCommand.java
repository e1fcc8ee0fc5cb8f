package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.connection.channel.direct.Signal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command that runs on the instance. Closing ends it there, if it has not ended. Thread-safe.
 *
 * <p>The server does not pass signals on for root, and leaves a command alone when its line breaks; so the shell tells its
 * process id first, and a second channel kills that process group.
 */
public final class RunningCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshSession.class);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration STATUS = Duration.ofSeconds(10);

    private final RemoteCommand command;
    private final SSHClient client;
    private final ExecutorService threads;
    private final Runnable onEnd;
    private final Session.Command channel;
    private final Output out;
    private final Output err;
    private final CountDownLatch pumped = new CountDownLatch(2);
    private final CompletableFuture<Long> pid = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final long start = System.nanoTime();
    private final @Nullable Future<?> feeding;
    private volatile @Nullable Exception failure;
    private volatile @Nullable Exception broken;

    private RunningCommand(
            RemoteCommand command,
            SSHClient client,
            Session.Command channel,
            String mark,
            ExecutorService threads,
            Runnable onEnd) {
        this.command = command;
        this.client = client;
        this.channel = channel;
        this.threads = threads;
        this.onEnd = onEnd;
        this.out = new Output(command.stdout());
        this.err = new Output(command.stderr());
        threads.execute(() -> pump(out, channel.getInputStream(), mark));
        threads.execute(() -> pump(err, channel.getErrorStream(), ""));
        this.feeding = feed();
    }

    /** Sends the command. The line may break before (an IOException, nothing was sent) or after it. */
    static RunningCommand start(RemoteCommand command, SSHClient client, ExecutorService threads, Runnable onEnd)
            throws IOException {
        Session session = client.startSession();
        String mark = "\001fm-" + UUID.randomUUID() + " ";
        try {
            Session.Command channel = session.exec("printf '\\001fm-%s %s\\n' "
                    + mark.substring(4).strip() + " \"$$\"; " + command.exports() + command.text());
            return new RunningCommand(command, client, channel, mark, threads, onEnd);
        } catch (IOException e) {
            throw Line.lost("the start of \"" + command + "\"", e);
        } catch (RejectedExecutionException e) {
            throw Line.closed(e);
        }
    }

    /** The process group there; completes when the shell has started. */
    public CompletableFuture<Long> processId() {
        return pid.copy();
    }

    public boolean isRunning() {
        return pumped.getCount() > 0;
    }

    /**
     * Waits for the end, with the command's time-out counted from its start.
     *
     * @throws SshException LINE_LOST if nobody can say how it ended; COMMAND_TIMED_OUT and it was killed; COMMAND_FAILED if
     *     it wrote more than is kept, or what the caller gave (input, listeners) failed
     * @throws ai.flightmind.vast.error.CancelledException if the thread is interrupted: the command is killed
     */
    public CommandResult await() {
        try {
            Duration timeout = command.timeout();
            if (timeout == null) {
                pumped.await();
            } else if (!pumped.await(timeout.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS)) {
                stop();
                throw new SshException(
                        Kind.COMMAND_TIMED_OUT,
                        "\"" + command + "\" took longer than " + timeout.toMillis() + " ms and was ended."
                                + " Give it more time, or look why it hangs.",
                        null);
            }
            return result();
        } catch (InterruptedException e) {
            stop();
            throw Line.interrupted(e);
        } finally {
            end();
        }
    }

    /** Asks it to end (SIGTERM), then insists (SIGKILL). Returns when it is gone or the line is; takes seconds at most. */
    public void stop() {
        Future<?> stopping;
        try {
            stopping = threads.submit(this::stopNow);
        } catch (RejectedExecutionException e) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            try {
                stopping.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("\"{}\" may still run on the instance: {}", command, e.toString());
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (isRunning()) {
            stop();
        }
        end();
    }

    private CommandResult result() throws InterruptedException {
        throwFailure();
        try {
            channel.join(STATUS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw Line.lost("\"" + command + "\"", e);
        }
        Integer status = channel.getExitStatus();
        Signal signal = channel.getExitSignal();
        if (status == null && signal == null) {
            throw Line.lost("\"" + command + "\"", broken);
        }
        return new CommandResult(
                command.toString(),
                status != null ? status : 128 + number(signal),
                signal == null ? null : signal.name(),
                out.text(),
                err.text(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void throwFailure() {
        Exception why = failure;
        if (why instanceof Output.TooMuch) {
            throw new SshException(
                    Kind.COMMAND_FAILED,
                    "\"" + command + "\" wrote more than the " + (Output.KEPT >> 20)
                            + " MiB that are kept, and was ended. Take its output with a listener.",
                    why);
        }
        if (why instanceof Output.ListenerException listener) {
            if (listener.getCause() instanceof RuntimeException own) {
                throw own;
            }
            throw new SshException(
                    Kind.COMMAND_FAILED,
                    "\"" + command + "\" was ended, for its output could not be taken: " + listener.getCause(),
                    why);
        }
        if (why != null) {
            throw new SshException(
                    Kind.COMMAND_FAILED, "\"" + command + "\" was ended, for its input could not be read: " + why, why);
        }
    }

    private void pump(Output output, java.io.InputStream in, String mark) {
        try {
            output.pump(in, mark, pid::complete);
        } catch (Output.TooMuch | Output.ListenerException e) {
            fail(e);
        } catch (IOException e) {
            broken = e;
        } finally {
            pumped.countDown();
        }
    }

    private @Nullable Future<?> feed() {
        RemoteCommand.Input input = command.input();
        return threads.submit(() -> {
            Stdin stdin = new Stdin(channel.getOutputStream());
            try (stdin) {
                if (input != null) {
                    input.writeTo(stdin);
                    // Closing alone drops what the server's window has no room for at that moment.
                    stdin.flush();
                }
            } catch (IOException | RuntimeException e) {
                // A command need not read its input to the end, and a broken line shows at the output.
                if (!stdin.isBroken() && isRunning()) {
                    fail(e);
                }
            }
        });
    }

    private void fail(Exception e) {
        failure = e;
        try {
            threads.execute(this::stopNow);
        } catch (RejectedExecutionException closing) {
            closeChannel();
        }
    }

    private void stopNow() {
        try {
            kill("TERM");
            if (!pumped.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill("KILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("\"{}\" cannot be ended: {}", command, e.toString());
        } finally {
            closeChannel();
        }
    }

    private void kill(String signal) throws IOException, InterruptedException {
        long process;
        try {
            process = pid.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("\"{}\" has not told its process id, and may run on on the instance", command);
            return;
        }
        if (!client.isConnected()) {
            return;
        }
        try (Session session = client.startSession()) {
            session.exec("kill -" + signal + " -- -" + process + " 2>/dev/null || kill -" + signal + " " + process
                            + " 2>/dev/null")
                    .join(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            closeChannel();
            if (feeding != null) {
                feeding.cancel(true);
            }
            onEnd.run();
        }
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("Closing the channel of \"{}\": {}", command, e.toString());
        }
    }

    private static int number(Signal signal) {
        return switch (signal) {
            case HUP -> 1;
            case INT -> 2;
            case QUIT -> 3;
            case ILL -> 4;
            case ABRT -> 6;
            case FPE -> 8;
            case KILL -> 9;
            case USR1 -> 10;
            case SEGV -> 11;
            case USR2 -> 12;
            case PIPE -> 13;
            case ALRM -> 14;
            case TERM -> 15;
            default -> 127;
        };
    }

    /** Knows whether an exception was the line's or the caller's. */
    private static final class Stdin extends OutputStream {
        private final OutputStream channel;
        private volatile boolean broken;

        Stdin(OutputStream channel) {
            this.channel = channel;
        }

        boolean isBroken() {
            return broken;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            attempt(() -> channel.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            attempt(channel::flush);
        }

        @Override
        public void close() throws IOException {
            attempt(channel::close);
        }

        private void attempt(Write write) throws IOException {
            try {
                write.run();
            } catch (IOException e) {
                broken = true;
                throw e;
            }
        }

        private interface Write {
            void run() throws IOException;
        }
    }
}
