package ai.flightmind.train.launch;

import ai.flightmind.train.error.LaunchException;
import ai.flightmind.train.launch.control.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One launch on this node: its settings, its inbox, its logs, and whether it is to stop. */
final class Supervision implements AutoCloseable {
    private static final int SHOWN_LINES = 20;
    /** Beyond the graces, for the last output, other nodes, and a busy machine. */
    private static final Duration SLACK = Duration.ofSeconds(20);

    private final LaunchSettings settings;
    private final Inbox inbox = new Inbox(this::interrupted);
    private final LogFolder logs;
    private final StopHook hook;
    private final long startedNanos = System.nanoTime();
    private final long launchedAtMillis = System.currentTimeMillis();
    private final List<LaunchResult.Failure> failures = new ArrayList<>();
    private int attempts;
    private Runnable onStop = () -> {};
    private volatile @Nullable Attempt current;
    private boolean interrupted;
    private boolean stoppingHere;
    private boolean stoppingElsewhere;

    private Supervision(LaunchSettings settings) {
        this.settings = settings;
        this.logs = LogFolder.create(settings.logDirectory());
        this.hook = StopHook.install(
                () -> inbox.execute(() -> stopHere("it was asked to end")),
                this::killNow,
                settings.stopGrace().plus(Attempt.DYING).plus(SLACK));
    }

    static Supervision begin(LaunchSettings settings) {
        if (Thread.currentThread().isInterrupted()) {
            throw new LaunchException("The launch was interrupted before it began.");
        }
        Supervision supervision = new Supervision(settings);
        supervision.say(settings.processesPerNode() + (settings.processesPerNode() == 1 ? " rank" : " ranks")
                + (settings.nodes() == 1 ? "" : " on node " + settings.nodeRank() + " of " + settings.nodes())
                + "; logs are in " + supervision.logs.path());
        return supervision;
    }

    LaunchSettings settings() {
        return settings;
    }

    Inbox inbox() {
        return inbox;
    }

    long launchedAtMillis() {
        return launchedAtMillis;
    }

    /** Prints a line of the launcher's own. */
    void say(String line) {
        settings.err().println("launch: " + line);
    }

    /** How long another node may take to end its ranks, and say so. */
    Duration endOfOtherNodes() {
        return Attempt.SETTLE.plus(settings.killGrace()).plus(Attempt.DYING).plus(SLACK);
    }

    static long nanosAfter(Duration duration) {
        return System.nanoTime() + duration.toNanos();
    }

    /** @param action what the role does when this launcher is asked to stop; called once */
    void onStop(Runnable action) {
        onStop = action;
    }

    private void interrupted() {
        interrupted = true;
        stopHere("it was interrupted");
    }

    private void stopHere(String why) {
        if (!stoppingHere) {
            stoppingHere = true;
            say("stopping, since " + why + "; ranks may take " + words(settings.stopGrace()) + " to save and end");
            onStop.run();
        }
    }

    /** @param node which was asked to stop */
    void stopElsewhere(String node) {
        if (!stoppingElsewhere) {
            stoppingElsewhere = true;
            say("stopping, since " + node + " was asked to end");
        }
    }

    boolean isStopping() {
        return stoppingHere || stoppingElsewhere;
    }

    boolean isStoppingHere() {
        return stoppingHere;
    }

    /** Makes an attempt's logs, and makes it the current one; its ranks are yet to be started. */
    Attempt begin(Message.Start start, String masterHost) {
        Attempt attempt = new Attempt(settings, start, masterHost, logs.createAttempt(start.attempt()), inbox);
        attempts++;
        current = attempt;
        return attempt;
    }

    /** Frees what an attempt holds, and prints which of its ranks failed by themselves. */
    void end(Attempt attempt) {
        attempt.close();
        current = null;
        if (isStopping() || attempt.failures().isEmpty()) {
            return;
        }
        StringBuilder block = new StringBuilder("launch: attempt " + attempt.number() + " failed\n");
        for (Attempt.RankFailure failure : attempt.failures()) {
            block.append("--- ").append(failure.cause());
            List<String> lines = LogFolder.tail(failure.log(), SHOWN_LINES);
            block.append(lines.isEmpty() ? "; it printed nothing\n" : "; its last lines:\n");
            lines.forEach(line -> block.append("    ").append(line).append('\n'));
        }
        settings.err().print(block.append("---\n"));
        settings.err().flush();
    }

    private void killNow() {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.killNow();
        }
    }

    void failed(LaunchResult.Failure failure) {
        failures.add(failure);
    }

    LaunchResult completed() {
        return result(false);
    }

    /** The end of a launch that was to stop. */
    LaunchResult stopped() {
        if (interrupted) {
            throw new LaunchException("The launch was interrupted; its ranks were asked to save, and have ended. Logs: "
                    + logs.path() + ".");
        }
        return result(true);
    }

    private LaunchResult result(boolean stopped) {
        return new LaunchResult(
                attempts, failures, stopped, logs.path(), Duration.ofNanos(System.nanoTime() - startedNanos));
    }

    /** Such as {@code 5 min}, {@code 30 s}, {@code 1.5 s}. */
    static String words(Duration duration) {
        long millis = duration.toMillis();
        if (millis >= 60_000 && millis % 60_000 == 0) {
            return millis / 60_000 + " min";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis / 1000.0 + " s";
    }

    /** With its first letter in upper case. */
    static String sentence(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** Such as {@code nodes 1, 2}. */
    static String nodes(List<Integer> nodes) {
        return (nodes.size() == 1 ? "node " : "nodes ")
                + nodes.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.close();
        }
        hook.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
