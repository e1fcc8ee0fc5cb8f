package ai.flightmind.train.launch;

import ai.flightmind.train.error.LaunchException;
import ai.flightmind.train.launch.control.Connection;
import ai.flightmind.train.launch.control.Connector;
import ai.flightmind.train.launch.control.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes part in a launch, on every node but node 0: starts and ends ranks as node 0 says, and tells how they fare. */
final class Follower implements Connection.Handler, Connector.Handler, AutoCloseable {
    private final Supervision supervision;
    private final LaunchSettings settings;
    private final Inbox inbox;
    private final String launcher = UUID.randomUUID().toString();
    /** The first attempt that was not made here yet. */
    private int next;

    private @Nullable Connection connection;
    private @Nullable Attempt attempt;
    private boolean failureIsKnown;
    private boolean finished;
    private boolean closed;
    private @Nullable String gaveUp;
    private @Nullable String lost;

    Follower(Supervision supervision) {
        this.supervision = supervision;
        this.settings = supervision.settings();
        this.inbox = supervision.inbox();
        supervision.onStop(this::stop);
    }

    /** What a launcher with these settings introduces itself with. */
    static Message.Hello hello(LaunchSettings settings, String launcher, int attempt) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (String argument : settings.arguments()) {
                hash.update(argument.getBytes(StandardCharsets.UTF_8));
                hash.update((byte) 0);
            }
            return new Message.Hello(
                    Message.VERSION,
                    launcher,
                    settings.nodeRank(),
                    settings.nodes(),
                    settings.processesPerNode(),
                    new Message.Program(settings.mainClass(), HexFormat.of().formatHex(hash.digest())),
                    attempt);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    LaunchResult run() {
        while (true) {
            reach();
            follow();
            if (supervision.isStopping()) {
                return supervision.stopped();
            }
            if (finished) {
                return supervision.completed();
            }
            if (gaveUp != null) {
                throw new LaunchException(gaveUp);
            }
            String reason = "node 0 (" + settings.meetingPoint() + ") " + lost;
            if (next > settings.maxRestarts()) {
                throw new LaunchException(Supervision.sentence(reason)
                        + ". See its own output for why, and launch again on all nodes; with --max-restarts a node"
                        + " waits for node 0 to come back.");
            }
            if (next > 0) {
                supervision.failed(new LaunchResult.Failure(next - 1, 0, OptionalInt.empty(), reason));
            }
            supervision.say(reason + "; trying to reach it again");
            closeConnection();
        }
    }

    private void reach() {
        long deadline = Supervision.nanosAfter(settings.rendezvousTimeout());
        lost = null;
        Message.Hello hello = hello(settings, launcher, next);
        try (Connector connector =
                Connector.start(settings.meetingPoint(), hello, settings.nodeTimeout(), this, inbox)) {
            while (connection == null && !supervision.isStopping()) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new LaunchException("Node 0 could not be reached at " + settings.meetingPoint() + " within "
                            + Supervision.words(settings.rendezvousTimeout()) + ": " + connector.lastCause()
                            + ". Start its launcher, and see that the port can be reached from here.");
                }
                inbox.runNext(deadline);
            }
        }
    }

    @Override
    public void welcomed(Connection welcoming) {
        if (closed || connection != null || supervision.isStopping()) {
            welcoming.close();
            return;
        }
        connection = welcoming;
        welcoming.start(this, inbox, settings.nodeTimeout());
        supervision.say("node 0 (" + settings.meetingPoint() + ") has been reached");
    }

    @Override
    public void refused(String reason) {
        if (!closed) {
            throw new LaunchException("Node 0 (" + settings.meetingPoint() + ") refused this node: " + reason
                    + ". Give all nodes the same command, but for --node-rank.");
        }
    }

    /** Until this node is done, or has lost node 0, and no rank is left. */
    private void follow() {
        while (attempt != null || !isOver()) {
            inbox.runNext(attempt == null ? Supervision.nanosAfter(Duration.ofDays(1)) : attempt.deadline());
            Attempt running = attempt;
            if (running != null) {
                running.tick();
                running.firstFailure().ifPresent(failed -> tellFailure(running, failed));
                if (running.hasEnded()) {
                    supervision.end(running);
                    attempt = null;
                    send(new Message.Ended(running.number(), running.succeeded()));
                }
            }
        }
    }

    private boolean isOver() {
        return supervision.isStopping() || finished || gaveUp != null || lost != null;
    }

    private void tellFailure(Attempt running, Attempt.RankFailure failed) {
        if (!failureIsKnown && !supervision.isStopping()) {
            failureIsKnown = true;
            send(new Message.Failed(
                    running.number(),
                    failed.rank(),
                    failed.cause() + " on node " + settings.nodeRank(),
                    failed.isFinal()));
        }
    }

    private void send(Message message) {
        if (connection != null) {
            connection.send(message);
        }
    }

    private void stop() {
        send(new Message.Stopping());
        if (attempt != null) {
            attempt.stop();
        }
    }

    @Override
    public void said(Connection from, Message message) {
        if (from != connection) {
            return;
        }
        if (message instanceof Message.Start start) {
            if (!supervision.isStopping()) {
                start(start);
            }
        } else if (message instanceof Message.Stop stop) {
            if (attempt != null && attempt.number() == stop.attempt()) {
                failureIsKnown = true;
                supervision.failed(new LaunchResult.Failure(stop.attempt(), 0, OptionalInt.empty(), stop.reason()));
                supervision.say("node 0 ends this attempt: " + stop.reason());
                attempt.cancel();
            }
        } else if (message instanceof Message.Stopping) {
            supervision.stopElsewhere("another node");
            if (attempt != null) {
                attempt.expectEnd();
            }
        } else if (message instanceof Message.Finish) {
            finished = true;
        } else if (message instanceof Message.GiveUp giveUp) {
            gaveUp = giveUp.message();
            cancel();
        } else if (!(message instanceof Message.Welcome)) {
            lost(from, "said what only other nodes say");
        }
    }

    private void start(Message.Start start) {
        if (attempt != null) {
            throw new LaunchException("Node 0 started attempt " + start.attempt() + " while attempt " + attempt.number()
                    + " had not ended.");
        }
        next = start.attempt() + 1;
        failureIsKnown = false;
        Attempt started = supervision.begin(start, settings.meetingPoint().host());
        attempt = started;
        started.startAll();
    }

    private void cancel() {
        if (attempt != null) {
            failureIsKnown = true;
            attempt.cancel();
        }
    }

    @Override
    public void lost(Connection from, String reason) {
        if (from == connection && !finished && gaveUp == null && lost == null) {
            lost = reason;
            cancel();
        }
    }

    private void closeConnection() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        closeConnection();
        inbox.runWaiting();
    }
}
