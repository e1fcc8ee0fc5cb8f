package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.instance.SshAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.OpenFailException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on one instance over SSH.
 *
 * <pre>{@code
 * try (SshSession ssh = SshSession.builder().address(instance.sshAddress()).instance("C.123").connect()) {
 *   String gpus = ssh.run("nvidia-smi -L").orThrow().stdout();
 * }
 * }</pre>
 *
 * <p>A line that broke, or was silent for three keep-alives, is made again by the next call. Commands are not repeated by
 * themselves. Thread-safe; eight commands run at a time, more wait. Closing ends what still runs through it, there too.
 */
public final class SshSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshSession.class);
    /** OpenSSH allows ten on one line; two are left for ending others. */
    private static final int COMMANDS_AT_A_TIME = 8;

    private final SshSettings settings;
    private final ExecutorService threads;
    private final Line line;
    private final Semaphore channels = new Semaphore(COMMANDS_AT_A_TIME, true);
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    private SshSession(SshSettings settings) {
        this.settings = settings;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "ssh-" + settings.instance() + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.line = new Line(settings, threads);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs it to its end. A status other than 0 is a result, not an exception; see {@link CommandResult#orThrow}.
     *
     * @throws SshException as {@link #start} and {@link RunningCommand#await}
     * @throws CancelledException if the thread is interrupted (the command is killed) or the session closed
     */
    public CommandResult run(String command) {
        return run(RemoteCommand.builder(command).build());
    }

    /** As {@link #run(String)}, with what else the command says. */
    public CommandResult run(RemoteCommand command) {
        try (RunningCommand running = start(command)) {
            return running.await();
        } catch (SshException e) {
            if (line.isClosed() && e.kind() == Kind.LINE_LOST) {
                throw Line.closed(e);
            }
            throw e;
        }
    }

    /**
     * Starts it and returns.
     *
     * @throws SshException LINE_LOST if the line broke while it was sent; else why there is no line
     * @throws CancelledException if the thread is interrupted, or the session closed
     */
    public RunningCommand start(RemoteCommand command) {
        try {
            channels.acquire();
        } catch (InterruptedException e) {
            throw Line.interrupted(e);
        }
        boolean started = false;
        try {
            RunningCommand running = startOn(command);
            started = true;
            open.add(running);
            if (line.isClosed()) {
                running.close();
                throw Line.closed(null);
            }
            return running;
        } finally {
            if (!started) {
                channels.release();
            }
        }
    }

    /** A port of this machine for one of the instance, as TensorBoard's 6006. */
    public PortForward forward(int remotePort) {
        return forward("localhost", remotePort, 0);
    }

    /**
     * A port of this machine for one that the instance reaches.
     *
     * @param localPort 0 for any
     * @throws SshException UNREACHABLE if the local port is taken
     */
    public PortForward forward(String remoteHost, int remotePort, int localPort) {
        line.open();
        try {
            PortForward[] self = new PortForward[1];
            PortForward forward = new PortForward(
                    line, threads, remoteHost, remotePort, PortForward.bind(localPort), () -> forget(self[0]));
            self[0] = forward;
            open.add(forward);
            return forward;
        } catch (IOException e) {
            throw new SshException(
                    Kind.UNREACHABLE,
                    "Port " + localPort + " of this machine cannot be opened: " + e.getMessage()
                            + ". Take another, or 0.",
                    e);
        } catch (RejectedExecutionException e) {
            throw Line.closed(e);
        }
    }

    /** What the server proved itself with. */
    public HostKey hostKey() {
        return settings.hostKeys()
                .find(settings.instance())
                .orElseThrow(() -> new IllegalStateException("The host key was forgotten since."));
    }

    /** The name the host key is kept under. */
    public String instance() {
        return settings.instance();
    }

    /** Ends running commands and forwarded ports, then hangs up. Takes seconds at most. */
    @Override
    public void close() {
        if (line.isClosed()) {
            return;
        }
        List.copyOf(open).parallelStream().forEach(SshSession::closeOne);
        line.close();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("Threads of {} still work, perhaps in a listener", settings.instance());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RunningCommand startOn(RemoteCommand command) {
        IOException failure = null;
        for (int attempt = 0; attempt < 2; attempt++) {
            SSHClient client = line.open();
            RunningCommand[] self = new RunningCommand[1];
            try {
                self[0] = RunningCommand.start(command, client, threads, () -> {
                    forget(self[0]);
                    channels.release();
                });
                return self[0];
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("Interrupted while working over SSH.", false, e);
                }
                failure = e;
                if (e instanceof OpenFailException) {
                    break;
                }
                line.drop(client);
            }
        }
        throw new SshException(
                Kind.LINE_LOST,
                "\"" + command + "\" was not started: the server opened no channel for it (" + failure
                        + "). It can be repeated.",
                failure);
    }

    private void forget(@Nullable AutoCloseable closed) {
        if (closed != null) {
            open.remove(closed);
        }
    }

    private static void closeOne(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) {
            LOG.warn("Closing: {}", e.toString());
        }
    }

    /** Not thread-safe. An address is needed; the rest has defaults. */
    public static final class Builder {
        private @Nullable Supplier<@Nullable SshAddress> address;
        private String user = "root";
        private @Nullable String instance;
        private List<KeySource> keys = List.of(KeySource.usual());
        private HostKeys hostKeys = HostKeys.standard();
        private Consumer<HostKey> onFirstSeen =
                key -> LOG.info("{} shows {} {} for the first time", key.instance(), key.type(), key.fingerprint());
        private Duration connectWithin = Duration.ofMinutes(5);
        private Duration reconnectWithin = Duration.ofMinutes(2);
        private Duration keyGrace = Duration.ofSeconds(30);
        private Duration keepAlive = Duration.ofSeconds(15);

        private Builder() {}

        /** As {@code Instance.sshAddress()} gives it. */
        public Builder address(SshAddress address) {
            if (instance == null) {
                instance = "[" + address.host() + "]:" + address.port();
            }
            return address(() -> address);
        }

        /** As {@link #address(SshAddress)}, by hand. */
        public Builder address(String host, int port) {
            return address(new SshAddress(host, port, true));
        }

        /** Asked at every attempt, for ports change when an instance restarts; null for not yet. */
        public Builder address(Supplier<@Nullable SshAddress> address) {
            this.address = address;
            return this;
        }

        /** Default: root, as on the service's instances. */
        public Builder user(String user) {
            this.user = user;
            return this;
        }

        /** The name its host key is kept under, as {@code C.123}. Default: the address, which outlives no instance. */
        public Builder instance(String instance) {
            this.instance = instance;
            return this;
        }

        /** In this order. Default: {@link KeySource#usual}. */
        public Builder keys(KeySource... keys) {
            this.keys = List.of(keys);
            return this;
        }

        /** Default: {@link HostKeys#standard}. */
        public Builder hostKeys(HostKeys hostKeys) {
            this.hostKeys = hostKeys;
            return this;
        }

        /** Told once per instance. Default: a line in the log. */
        public Builder onFirstSeen(Consumer<HostKey> listener) {
            this.onFirstSeen = listener;
            return this;
        }

        /** How long a new instance may refuse, reset or be silent. Default: 5 minutes. */
        public Builder connectWithin(Duration connectWithin) {
            this.connectWithin = connectWithin;
            return this;
        }

        /** The same after a line broke. Default: 2 minutes. */
        public Builder reconnectWithin(Duration reconnectWithin) {
            this.reconnectWithin = reconnectWithin;
            return this;
        }

        /** How long a server may refuse our keys, for a fresh one learns of them a little late. Default: 30 s. */
        public Builder keyGrace(Duration keyGrace) {
            this.keyGrace = keyGrace;
            return this;
        }

        /** In whole seconds. Three unanswered ones, and the line is dead. Default: 15 s. */
        public Builder keepAlive(Duration keepAlive) {
            if (keepAlive.toSeconds() < 1) {
                throw new IllegalArgumentException("keepAlive must be 1 s or more");
            }
            this.keepAlive = keepAlive;
            return this;
        }

        /**
         * Connects, and tries again until there is a server that lets us in, or there is no more time.
         *
         * @throws SshException UNREACHABLE, NOT_YET_UP, NO_KEY, KEY_REFUSED or HOST_KEY_CHANGED
         * @throws CancelledException if the thread is interrupted
         */
        public SshSession connect() {
            if (address == null) {
                throw new IllegalArgumentException("address is missing");
            }
            if (instance == null) {
                throw new IllegalArgumentException("instance is missing: an address that changes names no instance");
            }
            SshSession session = new SshSession(new SshSettings(
                    address,
                    user,
                    instance,
                    keys,
                    hostKeys,
                    onFirstSeen,
                    connectWithin,
                    reconnectWithin,
                    keyGrace,
                    keepAlive));
            boolean connected = false;
            try {
                session.line.open();
                connected = true;
                return session;
            } finally {
                if (!connected) {
                    session.close();
                }
            }
        }
    }
}
