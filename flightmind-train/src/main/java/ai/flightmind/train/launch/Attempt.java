package ai.flightmind.train.launch;

import ai.flightmind.train.launch.control.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The ranks of this node, from their start until none is left. Waits for nothing by itself: {@link #tick} does what is
 * due, {@link #deadline} says when something will be. Only the supervising thread uses it, but for {@link #killNow}.
 */
final class Attempt implements AutoCloseable {
    /** How long the others may take to fail too when one has, since their errors may say more. */
    static final Duration SETTLE = Duration.ofSeconds(2);

    /** How long after a rank obeyed a signal that same signal may take to reach this process. */
    private static final Duration SAME_SIGNAL = Duration.ofSeconds(1);

    /** After SIGKILL only the system itself can hold a process up. */
    static final Duration DYING = Duration.ofSeconds(10);

    private static final long NEVER = Duration.ofDays(365).toNanos();

    /** Each phase but the first has a deadline; they follow each other, and any may be the last. */
    private enum Phase {
        RUNNING,
        /** One has failed; the others get a moment. */
        SETTLING,
        /** The launch is to stop, and the ranks end by themselves. */
        STOPPING,
        /** They have got SIGTERM. */
        TERMINATING,
        /** They have got SIGKILL. */
        KILLING,
        ENDED
    }

    /**
     * A rank that ended by itself, and badly.
     *
     * @param cause in words, with process id and log
     */
    record RankFailure(int rank, String cause, boolean isFinal, boolean wasRequested, Path log) {}

    private final LaunchSettings settings;
    private final Message.Start start;
    private final String masterHost;
    private final Path folder;
    private final Inbox inbox;
    private final String mark = UUID.randomUUID().toString();
    private final List<RankProcess> ranks = new CopyOnWriteArrayList<>();
    private final List<RankFailure> failures = new ArrayList<>();
    private final Set<Integer> running = new HashSet<>();
    private final Set<ProcessHandle> seen = new HashSet<>();
    private Phase phase = Phase.RUNNING;
    private long deadline = System.nanoTime() + NEVER;
    private long firstFailureNanos;
    private boolean cancelled;

    /** @param folder where the logs go */
    Attempt(LaunchSettings settings, Message.Start start, String masterHost, Path folder, Inbox inbox) {
        this.settings = settings;
        this.start = start;
        this.masterHost = masterHost;
        this.folder = folder;
        this.inbox = inbox;
    }

    /** Starts all ranks; one that cannot be started is a failure like another. */
    void startAll() {
        for (int localRank = 0; localRank < settings.processesPerNode(); localRank++) {
            int rank = settings.rank(localRank);
            Path log = LogFolder.ofRank(folder, rank);
            ProcessBuilder command = RankCommand.of(settings, start, masterHost, localRank, mark);
            try {
                ranks.add(RankProcess.start(
                        rank, command, log, settings, status -> inbox.execute(() -> ended(rank, status))));
                running.add(rank);
            } catch (IOException e) {
                fail(new RankFailure(
                        rank, "rank " + rank + " could not be started: " + e.getMessage(), false, false, log));
                terminate(settings.killGrace());
                return;
            }
        }
    }

    int number() {
        return start.attempt();
    }

    private void ended(int rank, int exitStatus) {
        running.remove(rank);
        if (exitStatus != ExitStatus.SUCCESS && (phase == Phase.RUNNING || phase == Phase.SETTLING)) {
            RankProcess process =
                    ranks.stream().filter(one -> one.rank() == rank).findFirst().orElseThrow();
            fail(new RankFailure(
                    rank,
                    "rank " + rank + " (pid " + process.pid() + ") " + ExitStatus.describe(exitStatus) + "; its log is "
                            + process.log(),
                    exitStatus == ExitStatus.WRONG_COMMAND_LINE,
                    ExitStatus.isRequested(exitStatus),
                    process.log()));
        }
    }

    private void fail(RankFailure failure) {
        if (failures.isEmpty()) {
            firstFailureNanos = System.nanoTime();
        }
        failures.add(failure);
        cancel();
    }

    /** The attempt has failed, here or elsewhere: all ranks are to end, after a moment. */
    void cancel() {
        cancelled = true;
        if (phase == Phase.RUNNING) {
            enter(Phase.SETTLING, SETTLE);
        }
    }

    /** All ranks are to finish what they do, save, and end. */
    void stop() {
        if (phase == Phase.RUNNING || phase == Phase.STOPPING) {
            terminate(settings.stopGrace());
        }
    }

    /** The ranks are about to end by themselves, as those of another node were asked to. */
    void expectEnd() {
        if (phase == Phase.RUNNING) {
            enter(Phase.STOPPING, settings.stopGrace());
        }
    }

    private void enter(Phase next, Duration time) {
        phase = next;
        deadline = System.nanoTime() + Math.min(time.toNanos(), NEVER);
    }

    private void terminate(Duration grace) {
        ranks.stream().filter(RankProcess::isAlive).forEach(RankProcess::terminate);
        enter(Phase.TERMINATING, grace);
    }

    private void kill() {
        ranks.stream().filter(RankProcess::isAlive).forEach(rank -> {
            rank.withDescendants().forEach(seen::add);
            rank.kill();
        });
        enter(Phase.KILLING, DYING);
    }

    /** When {@link #tick} should be called at the latest, in {@link System#nanoTime}. */
    long deadline() {
        return deadline;
    }

    /** Does what is due. To be called after every event. */
    void tick() {
        if (phase == Phase.ENDED) {
            return;
        }
        if (running.isEmpty()) {
            if (mayBeOfASignalToAll()) {
                deadline = firstFailureNanos + SAME_SIGNAL.toNanos();
            } else {
                phase = Phase.ENDED;
            }
        } else if (System.nanoTime() - deadline >= 0) {
            switch (phase) {
                case SETTLING, STOPPING -> terminate(settings.killGrace());
                case TERMINATING -> kill();
                default -> phase = Phase.ENDED;
            }
        }
    }

    /** Ctrl-C in a terminal, for one, reaches ranks and launcher in any order, and is a stop, not a failure. */
    private boolean mayBeOfASignalToAll() {
        return phase == Phase.SETTLING
                && !failures.isEmpty()
                && failures.stream().allMatch(RankFailure::wasRequested)
                && System.nanoTime() - firstFailureNanos < SAME_SIGNAL.toNanos();
    }

    /** Whether no rank is left, or what is left cannot be ended by anyone. */
    boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    boolean succeeded() {
        return hasEnded() && !cancelled;
    }

    Optional<RankFailure> firstFailure() {
        return failures.stream().findFirst();
    }

    /** All that failed by themselves, the first first. */
    List<RankFailure> failures() {
        return List.copyOf(failures);
    }

    /** For another thread, when the supervising one does not get on. */
    void killNow() {
        ranks.stream()
                .filter(RankProcess::isAlive)
                .flatMap(RankProcess::withDescendants)
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** Kills what is left, also of what the ranks have started, and lets go of pipes and logs. */
    @Override
    public void close() {
        ranks.stream()
                .filter(RankProcess::isAlive)
                .flatMap(RankProcess::withDescendants)
                .forEach(seen::add);
        Leftovers.kill(mark, seen);
        for (RankProcess rank : ranks) {
            if (rank.isAlive()) {
                settings.err()
                        .println("launch: rank " + rank.rank() + " (pid " + rank.pid()
                                + ") outlives SIGKILL: the system, often a driver, does not let go of it.");
            }
            rank.close();
        }
    }
}
