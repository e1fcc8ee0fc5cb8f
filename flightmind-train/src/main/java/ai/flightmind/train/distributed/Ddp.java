package ai.flightmind.train.distributed;

import ai.flightmind.model.Device;
import ai.flightmind.train.error.DistributedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which process of a run this is, and how the processes talk: distributed data parallel. An immutable value.
 *
 * <p>{@link #fromEnvironment()} reads what PyTorch's own launcher and ours set: {@code RANK}, {@code LOCAL_RANK}, {@code
 * WORLD_SIZE}, {@code MASTER_ADDR}, {@code MASTER_PORT}; and, if there, {@code LOCAL_WORLD_SIZE}, {@code TORCHELASTIC_RESTART_COUNT}, {@code
 * TORCHELASTIC_USE_AGENT_STORE}, {@code FLIGHTMIND_LAUNCHED_AT}, {@code FLIGHTMIND_DDP_TIMEOUT} (a duration like {@code PT90S}) and {@code
 * FLIGHTMIND_DDP_BACKEND} ({@code gloo} or {@code nccl}).
 */
public final class Ddp {
    private final Builder settings;

    private Ddp(Builder settings) {
        this.settings = settings;
    }

    /** A process alone: nothing is connected. */
    public static Ddp singleProcess() {
        return builder().build();
    }

    /**
     * What the launcher says; a process alone where {@code RANK} and {@code WORLD_SIZE} are absent.
     *
     * @throws IllegalArgumentException if a variable is missing beside others, or is not what it should be
     */
    public static Ddp fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    static Ddp fromEnvironment(Map<String, String> variables) {
        Environment environment = new Environment(variables);
        Builder ddp = builder();
        environment.duration("FLIGHTMIND_DDP_TIMEOUT").ifPresent(ddp::timeout);
        environment.oneOf("FLIGHTMIND_DDP_BACKEND", Backend.class).ifPresent(ddp::backend);
        if (!environment.has("RANK") && !environment.has("WORLD_SIZE")) {
            return ddp.build();
        }
        return ddp.rank(environment.integer("RANK"))
                .worldSize(environment.integer("WORLD_SIZE"))
                .localRank(environment.integer("LOCAL_RANK", 0))
                .localWorldSize(environment.integer("LOCAL_WORLD_SIZE", environment.integer("WORLD_SIZE")))
                .master(environment.text("MASTER_ADDR"), environment.integer("MASTER_PORT"))
                .restarts(environment.integer("TORCHELASTIC_RESTART_COUNT", 0))
                .launchedAt(environment.epochMillis("FLIGHTMIND_LAUNCHED_AT").or(Ddp::startOfParent))
                .agentKeepsStore(environment.has("TORCHELASTIC_USE_AGENT_STORE")
                        && environment.text("TORCHELASTIC_USE_AGENT_STORE").equalsIgnoreCase("true"))
                .build();
    }

    /** torchrun does not say when it began, but it is what has started this process. */
    private static Optional<Instant> startOfParent() {
        return ProcessHandle.current().parent().flatMap(parent -> parent.info().startInstant());
    }

    /** A process alone, until told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return settings.copy();
    }

    /** Whether there is a process group at all. A group of one still runs the whole path. */
    public boolean distributed() {
        return settings.distributed;
    }

    /** From 0; rank 0 logs and writes. */
    public int rank() {
        return settings.rank;
    }

    /** The rank among those on this machine, from 0: which GPU is this process's. */
    public int localRank() {
        return settings.localRank;
    }

    /** How many ranks there are. */
    public int worldSize() {
        return settings.worldSize;
    }

    /** How many of them share this machine. */
    public int localWorldSize() {
        return settings.localWorldSize == null ? settings.worldSize : settings.localWorldSize;
    }

    /** How often the launcher has started the run again after a failure. */
    public int restarts() {
        return settings.restarts;
    }

    /** When the launcher began, before all restarts; empty where that is not known. */
    public Optional<Instant> launchedAt() {
        return settings.launchedAt;
    }

    /** How long a rank waits for another one. */
    public Duration timeout() {
        return settings.timeout;
    }

    /** How long the ranks may take to find each other. */
    public Duration rendezvousTimeout() {
        return settings.rendezvousTimeout;
    }

    /** How much is reduced at once, in MiB. */
    public int bucketMib() {
        return settings.bucketMib;
    }

    /** What was asked for; by default NCCL for a GPU and Gloo for the CPU. */
    public Optional<Backend> backend() {
        return Optional.ofNullable(settings.backend);
    }

    String masterAddress() {
        return settings.masterAddress;
    }

    int masterPort() {
        return settings.masterPort;
    }

    boolean agentKeepsStore() {
        return settings.agentKeepsStore;
    }

    Backend backendFor(Device device) {
        return backend().orElse(device.isCuda() ? Backend.NCCL : Backend.GLOO);
    }

    /**
     * Meets the other ranks; returns when all are there. Interruptible.
     *
     * @param device where the gradients are
     * @throws DistributedException if they do not come in time, the port is taken, or the thread is interrupted
     */
    public World connect(Device device) {
        return distributed() ? ConnectedWorld.join(this, device) : new SingleProcess();
    }

    /** {@code rank 1 of 4}. */
    @Override
    public String toString() {
        return distributed() ? "rank " + rank() + " of " + worldSize() : "single process";
    }

    /** Builds a {@link Ddp}. */
    public static final class Builder {
        private boolean distributed;
        private int rank;
        private int localRank;
        private int worldSize = 1;
        private @Nullable Integer localWorldSize;
        private String masterAddress = "127.0.0.1";
        private int masterPort;
        private int restarts;
        private Optional<Instant> launchedAt = Optional.empty();
        private boolean agentKeepsStore;
        private Duration timeout = Duration.ofMinutes(10);
        private Duration rendezvousTimeout = Duration.ofMinutes(5);
        private int bucketMib = 25;
        private @Nullable Backend backend;

        private Builder() {}

        /** This process's number, from 0. */
        public Builder rank(int rank) {
            this.rank = rank;
            this.distributed = true;
            return this;
        }

        /** Its number on this machine, from 0; default 0. */
        public Builder localRank(int localRank) {
            this.localRank = localRank;
            return this;
        }

        /** How many processes there are. */
        public Builder worldSize(int worldSize) {
            this.worldSize = worldSize;
            this.distributed = true;
            return this;
        }

        /** How many of them share this machine, and its memory where the device is the CPU; default: all. */
        public Builder localWorldSize(int localWorldSize) {
            this.localWorldSize = localWorldSize;
            return this;
        }

        /** Where rank 0 keeps the store through which ranks find each other. */
        public Builder master(String address, int port) {
            this.masterAddress = address;
            this.masterPort = port;
            return this;
        }

        /** How often the run was started again after a failure; default 0. */
        public Builder restarts(int restarts) {
            this.restarts = restarts;
            return this;
        }

        private Builder launchedAt(Optional<Instant> launchedAt) {
            this.launchedAt = launchedAt;
            return this;
        }

        /** Whether the launcher keeps the store, as torchrun's agent may, and not rank 0; default false. */
        public Builder agentKeepsStore(boolean agentKeepsStore) {
            this.agentKeepsStore = agentKeepsStore;
            return this;
        }

        /** How long a rank waits for another one before it gives up; default 10 minutes. */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /** How long the ranks may take to find each other; default 5 minutes. */
        public Builder rendezvousTimeout(Duration rendezvousTimeout) {
            this.rendezvousTimeout = rendezvousTimeout;
            return this;
        }

        /** How much is reduced at once, in MiB; default 25. Larger ones need fewer messages and overlap less. */
        public Builder bucketMib(int bucketMib) {
            this.bucketMib = bucketMib;
            return this;
        }

        /** Default: NCCL for a GPU and Gloo for the CPU. */
        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        /**
         * Checks that the numbers fit together.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Ddp build() {
            require(worldSize >= 1, "WORLD_SIZE must be at least 1, not " + worldSize);
            require(
                    rank >= 0 && rank < worldSize,
                    "RANK must be from 0 to " + (worldSize - 1) + " (WORLD_SIZE is " + worldSize + "), not " + rank);
            require(
                    localRank >= 0 && localRank <= rank,
                    "LOCAL_RANK must be from 0 to RANK, which is " + rank + ", not " + localRank);
            require(
                    localWorldSize == null || (localWorldSize >= 1 && localWorldSize <= worldSize),
                    "LOCAL_WORLD_SIZE must be from 1 to WORLD_SIZE, which is " + worldSize + ", not " + localWorldSize);
            require(masterPort >= 0 && masterPort <= 65_535, "MASTER_PORT must be from 1 to 65535, not " + masterPort);
            require(worldSize == 1 || masterPort > 0, "Several ranks need the MASTER_PORT on which rank 0 is found");
            require(bucketMib >= 1, "bucketMib must be at least 1, not " + bucketMib);
            require(
                    timeout.compareTo(Duration.ofSeconds(1)) >= 0,
                    "The time-out must be at least a second, not " + timeout);
            require(
                    rendezvousTimeout.compareTo(Duration.ofSeconds(1)) >= 0,
                    "The rendezvous's time-out must be at least a second, not " + rendezvousTimeout);
            return new Ddp(copy());
        }

        private static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.distributed = distributed;
            copy.rank = rank;
            copy.localRank = localRank;
            copy.worldSize = worldSize;
            copy.localWorldSize = localWorldSize;
            copy.masterAddress = masterAddress;
            copy.masterPort = masterPort;
            copy.restarts = restarts;
            copy.launchedAt = launchedAt;
            copy.agentKeepsStore = agentKeepsStore;
            copy.timeout = timeout;
            copy.rendezvousTimeout = rendezvousTimeout;
            copy.bucketMib = bucketMib;
            copy.backend = backend;
            return copy;
        }
    }
}
