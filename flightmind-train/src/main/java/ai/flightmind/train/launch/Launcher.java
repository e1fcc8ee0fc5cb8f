package ai.flightmind.train.launch;

import ai.flightmind.train.error.LaunchException;
import ai.flightmind.train.launch.control.HostPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts a program as several processes, ranks, on one or more nodes, watches over them, and starts them again when one
 * fails.
 *
 * <p>Each rank is a JVM with this one's options and class path, its share of the cores, and the environment of PyTorch's
 * launchers: {@code RANK}, {@code LOCAL_RANK}, {@code WORLD_SIZE}, {@code LOCAL_WORLD_SIZE}, {@code GROUP_RANK}, {@code
 * MASTER_ADDR}, {@code MASTER_PORT}, {@code TORCHELASTIC_RESTART_COUNT}; further {@code FLIGHTMIND_LAUNCHED_AT}, the
 * milliseconds since the epoch at which the launch began, the same over restarts, and, unless they are set, {@code
 * OMP_NUM_THREADS} and {@code NCCL_NVLS_ENABLE=0}. Rank 0 prints to this process's output, every rank to a log.
 *
 * <p>When a rank ends with anything but 0, all are ended within seconds, whatever state they are in, and what they have
 * started with them. When this process ends, even by SIGKILL, the ranks end too. SIGTERM and Ctrl-C let the ranks finish
 * and save, for as long as {@link Builder#stopGrace} says, and so does an interrupt of the thread in {@link #run}.
 *
 * <p>On several nodes each runs a launcher, which meet at node 0's {@link Builder#master}; a failure on one is one of
 * all. The port must be reachable only by whom the ranks' own may be.
 *
 * <p>Immutable; may run more than once, also at the same time.
 */
public final class Launcher {
    private final LaunchSettings settings;

    private Launcher(LaunchSettings settings) {
        this.settings = settings;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs the program to its end on all ranks. Blocks until no process of it is left on this node.
     *
     * @throws LaunchException if a rank failed and no restarts were left, the nodes did not meet, logs cannot be written
     *     or the port is taken, or this thread was interrupted, whose flag is then set
     */
    public LaunchResult run() {
        try (Supervision supervision = Supervision.begin(settings)) {
            if (settings.nodeRank() == 0) {
                try (Coordinator coordinator = new Coordinator(supervision)) {
                    return coordinator.run();
                }
            }
            try (Follower follower = new Follower(supervision)) {
                return follower.run();
            }
        }
    }

    /** Collects settings; {@link #build} checks them. */
    public static final class Builder {
        private static final Duration SHORTEST = Duration.ofMillis(1);
        private static final Duration LONGEST = Duration.ofDays(365);

        private @Nullable String mainClass;
        private List<String> arguments = List.of();
        private final List<String> jvmOptions = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private int processesPerNode = 1;
        private int nodes = 1;
        private int nodeRank;
        private @Nullable HostPort master;
        private int maxRestarts;
        private Path logDirectory = Path.of("logs");
        private Duration stopGrace = Duration.ofMinutes(5);
        private Duration killGrace = Duration.ofSeconds(5);
        private Duration restartDelay = Duration.ofSeconds(1);
        private Duration rendezvousTimeout = Duration.ofMinutes(5);
        private Duration nodeTimeout = Duration.ofSeconds(30);
        private @Nullable OutputStream out;
        private @Nullable OutputStream err;
        private LaunchSettings.Starter starter = ProcessBuilder::start;

        private Builder() {}

        /** The program, by the name of its class on this process's class path; required. */
        public Builder mainClass(String mainClass) {
            this.mainClass = mainClass;
            return this;
        }

        /** The program; required. */
        public Builder mainClass(Class<?> mainClass) {
            return mainClass(mainClass.getName());
        }

        /** The program's; default none. */
        public Builder arguments(String... arguments) {
            return arguments(List.of(arguments));
        }

        /** The program's; default none. */
        public Builder arguments(List<String> arguments) {
            this.arguments = List.copyOf(arguments);
            return this;
        }

        /** Adds options for the ranks' JVMs, after this JVM's own. */
        public Builder jvmOptions(String... options) {
            jvmOptions.addAll(List.of(options));
            return this;
        }

        /** Sets a variable of the ranks' environment, above all others. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Ranks on each node; default 1. All nodes must have as many. */
        public Builder processesPerNode(int processesPerNode) {
            this.processesPerNode = processesPerNode;
            return this;
        }

        /** Default 1. */
        public Builder nodes(int nodes) {
            this.nodes = nodes;
            return this;
        }

        /** Which node this is, from 0; default 0. */
        public Builder nodeRank(int nodeRank) {
            this.nodeRank = nodeRank;
            return this;
        }

        /**
         * With several nodes, where node 0's launcher is reached by the others; required. With one, where rank 0 listens;
         * default 127.0.0.1 and a free port.
         *
         * @param hostPort such as {@code 10.0.0.1:29400}; an IPv6 address stands in brackets
         * @throws IllegalArgumentException if it is anything else
         */
        public Builder master(String hostPort) {
            this.master = HostPort.parse(hostPort);
            return this;
        }

        /**
         * How often the ranks are started again after a failure; default 0. Node 0's counts for all. An exit with 2, a
         * wrong command line, is final.
         */
        public Builder maxRestarts(int maxRestarts) {
            this.maxRestarts = maxRestarts;
            return this;
        }

        /** In which each launch makes a directory for its logs; default {@code logs}. */
        public Builder logDirectory(Path logDirectory) {
            this.logDirectory = logDirectory;
            return this;
        }

        /** How long ranks may take to end when the launch is to stop; default 5 min. */
        public Builder stopGrace(Duration stopGrace) {
            this.stopGrace = stopGrace;
            return this;
        }

        /** How long ranks may take to end, after SIGTERM, when another has failed; default 5 s. */
        public Builder killGrace(Duration killGrace) {
            this.killGrace = killGrace;
            return this;
        }

        /** Before the first restart; doubled for each further one, to at most 30 s; default 1 s. */
        public Builder restartDelay(Duration restartDelay) {
            this.restartDelay = restartDelay;
            return this;
        }

        /** How long nodes wait for each other, at the start and after one was lost; default 5 min. */
        public Builder rendezvousTimeout(Duration rendezvousTimeout) {
            this.rendezvousTimeout = rendezvousTimeout;
            return this;
        }

        /** After how long without a sign of life, which comes each second, a node is lost; at least 2 s, default 30 s. */
        public Builder nodeTimeout(Duration nodeTimeout) {
            this.nodeTimeout = nodeTimeout;
            return this;
        }

        /** Where rank 0's output goes; default {@link System#out}. Not closed. */
        public Builder out(OutputStream out) {
            this.out = out;
            return this;
        }

        /** Where rank 0's errors and the launcher's own words go; default {@link System#err}. Not closed. */
        public Builder err(OutputStream err) {
            this.err = err;
            return this;
        }

        Builder starter(LaunchSettings.Starter starter) {
            this.starter = starter;
            return this;
        }

        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException if one is missing or wrong, or the main class is not on the class path or has
         *     no {@code public static void main(String[])}
         */
        public Launcher build() {
            require(processesPerNode >= 1, "processesPerNode: at least 1, but was " + processesPerNode);
            require(nodes >= 1, "nodes: at least 1, but was " + nodes);
            require(
                    nodeRank >= 0 && nodeRank < nodes,
                    "nodeRank: from 0 to " + (nodes - 1) + ", the last of " + nodes + " nodes, but was " + nodeRank);
            require(nodes == 1 || master != null, "master: host:port of node 0 is required for " + nodes + " nodes");
            require(maxRestarts >= 0, "maxRestarts: at least 0, but was " + maxRestarts);
            requireFrom(SHORTEST, stopGrace, "stopGrace");
            requireFrom(SHORTEST, killGrace, "killGrace");
            requireFrom(Duration.ZERO, restartDelay, "restartDelay");
            requireFrom(SHORTEST, rendezvousTimeout, "rendezvousTimeout");
            requireFrom(Duration.ofSeconds(2), nodeTimeout, "nodeTimeout");
            return new Launcher(new LaunchSettings(
                    checkedMainClass(),
                    arguments,
                    jvmOptions,
                    environment,
                    processesPerNode,
                    nodes,
                    nodeRank,
                    master,
                    maxRestarts,
                    logDirectory,
                    stopGrace,
                    killGrace,
                    restartDelay,
                    rendezvousTimeout,
                    nodeTimeout,
                    out == null ? System.out : out,
                    new PrintStream(err == null ? System.err : err, true, Charset.defaultCharset()),
                    starter));
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }

        private static void requireFrom(Duration least, Duration duration, String name) {
            require(
                    duration.compareTo(least) >= 0 && duration.compareTo(LONGEST) <= 0,
                    name + ": from " + Supervision.words(least) + " to " + LONGEST.toDays() + " days, but was "
                            + duration);
        }

        private String checkedMainClass() {
            String name = mainClass;
            if (name == null) {
                throw new IllegalArgumentException("mainClass: required");
            }
            try {
                RankMain.mainMethod(name);
                return name;
            } catch (ClassNotFoundException e) {
                throw new IllegalArgumentException("mainClass: there is no class " + name + " on the class path", e);
            } catch (NoSuchMethodException | IllegalAccessException e) {
                throw new IllegalArgumentException(
                        "mainClass: " + name + " has no public static void main(String[])", e);
            } catch (LinkageError e) {
                throw new IllegalArgumentException("mainClass: " + name + " cannot be loaded: " + e, e);
            }
        }
    }
}
