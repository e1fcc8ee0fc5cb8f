package ai.flightmind.train.launch;

import ai.flightmind.train.error.LaunchException;
import ai.flightmind.train.launch.control.Connection;
import ai.flightmind.train.launch.control.HostPort;
import ai.flightmind.train.launch.control.Listener;
import ai.flightmind.train.launch.control.MasterPort;
import ai.flightmind.train.launch.control.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Leads a launch, on node 0: waits for the other nodes, starts attempts, and decides what a failure anywhere means. */
final class Coordinator implements Connection.Handler, AutoCloseable {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
    private static final String ALONE = "127.0.0.1";

    private final Supervision supervision;
    private final LaunchSettings settings;
    private final Inbox inbox;
    private final @Nullable Listener listener;
    private final Map<Integer, Peer> peers = new TreeMap<>();
    private final List<Connection> connections = new ArrayList<>();
    private int number;
    private boolean hasBegun;
    private boolean closed;
    private @Nullable Attempt attempt;
    private LaunchResult.@Nullable Failure failure;
    private boolean failureIsFinal;
    private long othersDeadline;

    /** Another node. */
    private static final class Peer {
        private final Connection connection;
        private final Message.Hello hello;
        private boolean isRunning;

        private Peer(Connection connection, Message.Hello hello) {
            this.connection = connection;
            this.hello = hello;
        }

        private String name() {
            return "node " + hello.node() + " (" + connection.address() + ")";
        }
    }

    Coordinator(Supervision supervision) {
        this.supervision = supervision;
        this.settings = supervision.settings();
        this.inbox = supervision.inbox();
        this.listener = settings.nodes() == 1
                ? null
                : Listener.open(settings.meetingPoint().port(), this::joined, inbox);
        supervision.onStop(this::stop);
    }

    LaunchResult run() {
        try {
            return lead();
        } catch (RuntimeException | Error e) {
            // After a request to stop the others end by themselves, and well.
            if (!supervision.isStopping()) {
                tellAll(new Message.GiveUp(e instanceof LaunchException ? "" + e.getMessage() : "Node 0 failed: " + e));
            }
            throw e;
        }
    }

    private LaunchResult lead() {
        Duration delay = settings.restartDelay();
        while (true) {
            gather();
            if (supervision.isStopping()) {
                return supervision.stopped();
            }
            long begin = System.nanoTime();
            perform();
            boolean wentWell =
                    System.nanoTime() - begin > LONGEST_DELAY.multipliedBy(2).toNanos();
            LaunchResult.Failure failed = failure;
            if (supervision.isStopping()) {
                return supervision.stopped();
            }
            if (failed == null) {
                tellAll(new Message.Finish());
                return supervision.completed();
            }
            if (failureIsFinal || number >= settings.maxRestarts()) {
                throw giveUp(failed);
            }
            supervision.failed(failed);
            number++;
            delay = wentWell ? settings.restartDelay() : delay; // a failure once a day is not a failing start
            supervision.say("restart " + number + " of " + settings.maxRestarts() + " in " + Supervision.words(delay)
                    + ", since " + failed.cause());
            pause(delay);
            delay = longer(delay);
        }
    }

    private static Duration longer(Duration delay) {
        if (delay.compareTo(LONGEST_DELAY) >= 0) {
            return delay;
        }
        Duration doubled = delay.multipliedBy(2);
        return doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
    }

    private LaunchException giveUp(LaunchResult.Failure failed) {
        String restarts = number == 0 ? "" : " This was after " + number + (number == 1 ? " restart." : " restarts.");
        String advice = failureIsFinal
                ? " A wrong command line is not started again: correct the arguments."
                : " Mend the cause and launch again, or allow restarts with --max-restarts.";
        return giveUp(failed.cause() + "." + restarts + advice);
    }

    private static LaunchException giveUp(String message) {
        return new LaunchException(Supervision.sentence(message));
    }

    private void tellAll(Message message) {
        peers.values().forEach(peer -> peer.connection.send(message));
    }

    private void pause(Duration delay) {
        long deadline = Supervision.nanosAfter(delay);
        while (!supervision.isStopping() && System.nanoTime() - deadline < 0) {
            inbox.runNext(deadline);
        }
    }

    /** Waits until all nodes are here. */
    private void gather() {
        long deadline = Supervision.nanosAfter(settings.rendezvousTimeout());
        List<Integer> missing = missing();
        if (!missing.isEmpty()) {
            supervision.say("waiting for " + Supervision.nodes(missing) + " at " + settings.meetingPoint());
        }
        while (!supervision.isStopping() && !missing.isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                throw giveUp(Supervision.nodes(missing) + " did not come to " + settings.meetingPoint() + " within "
                        + Supervision.words(settings.rendezvousTimeout())
                        + ". Start the launcher there with the same --nnodes and --master, and see that the port can be"
                        + " reached.");
            }
            inbox.runNext(deadline);
            missing = missing();
        }
        // A node 0 that was brought back goes on where the others are.
        number = Math.max(
                number,
                peers.values().stream()
                        .mapToInt(peer -> peer.hello.attempt())
                        .max()
                        .orElse(0));
        hasBegun |= missing.isEmpty();
    }

    private List<Integer> missing() {
        return IntStream.range(1, settings.nodes())
                .filter(node -> !peers.containsKey(node))
                .boxed()
                .toList();
    }

    /** Runs one attempt to its end on all nodes. */
    private void perform() {
        failure = null;
        failureIsFinal = false;
        othersDeadline = Long.MAX_VALUE;
        HostPort master = settings.master();
        String host = master == null ? ALONE : master.host();
        try (MasterPort port =
                master != null && settings.nodes() == 1 ? MasterPort.given(master.port()) : MasterPort.free()) {
            Message.Start start = new Message.Start(number, port.number(), supervision.launchedAtMillis());
            Attempt started = supervision.begin(start, host);
            attempt = started;
            peers.values().forEach(peer -> {
                peer.isRunning = true;
                peer.connection.send(start);
            });
            started.startAll();
            while (!isOver(started)) {
                inbox.runNext(earlier(started.hasEnded() ? Long.MAX_VALUE : started.deadline(), othersDeadline));
                started.tick();
                started.firstFailure().ifPresent(this::failedHere);
                checkOthers();
            }
            supervision.end(started);
        } finally {
            attempt = null;
        }
    }

    private static long earlier(long oneNanos, long otherNanos) {
        if (oneNanos == Long.MAX_VALUE) {
            return otherNanos == Long.MAX_VALUE ? Supervision.nanosAfter(Duration.ofDays(1)) : otherNanos;
        }
        return otherNanos == Long.MAX_VALUE || oneNanos - otherNanos < 0 ? oneNanos : otherNanos;
    }

    private boolean isOver(Attempt started) {
        return started.hasEnded()
                && (supervision.isStoppingHere() || peers.values().stream().noneMatch(peer -> peer.isRunning));
    }

    private void failedHere(Attempt.RankFailure failed) {
        String cause = settings.nodes() == 1 ? failed.cause() : failed.cause() + " on node 0";
        failed(new LaunchResult.Failure(number, 0, OptionalInt.of(failed.rank()), cause), failed.isFinal());
    }

    /** Of all failures of an attempt the first is the cause. */
    private void failed(LaunchResult.Failure first, boolean isFinal) {
        Attempt running = attempt;
        if (failure != null || supervision.isStopping() || running == null) {
            return;
        }
        failure = first;
        failureIsFinal = isFinal;
        running.cancel();
        tellAll(new Message.Stop(number, first.cause()));
        othersDeadline = Supervision.nanosAfter(supervision.endOfOtherNodes());
    }

    private void checkOthers() {
        if (othersDeadline != Long.MAX_VALUE && System.nanoTime() - othersDeadline >= 0) {
            othersDeadline = Long.MAX_VALUE;
            List.copyOf(peers.values()).stream()
                    .filter(peer -> peer.isRunning)
                    .forEach(peer -> drop(peer, "did not end its ranks in time"));
        }
    }

    private void stop() {
        tellAll(new Message.Stopping());
        if (attempt != null) {
            attempt.stop();
        }
    }

    private void joined(Connection connection, Message.Hello hello) {
        if (closed) {
            connection.close();
            return;
        }
        Optional<String> refusal = refusal(connection, hello);
        connections.add(connection);
        if (refusal.isPresent()) {
            connection.refuse(refusal.get());
            String message = "a launcher at " + connection.address() + " was refused: " + refusal.get();
            if (!hasBegun) {
                throw giveUp(message);
            }
            supervision.say(message);
            return;
        }
        Peer old = peers.get(hello.node());
        if (old != null) {
            drop(old, "connected anew");
        }
        Peer peer = new Peer(connection, hello);
        peers.put(hello.node(), peer);
        connection.start(this, inbox, settings.nodeTimeout());
        connection.send(new Message.Welcome());
        supervision.say(peer.name() + " is here");
    }

    private Optional<String> refusal(Connection connection, Message.Hello hello) {
        Peer sameNode = peers.get(hello.node());
        if (sameNode != null && !sameNode.hello.launcher().equals(hello.launcher())) {
            return Optional.of("--node-rank " + hello.node() + " at " + connection.address()
                    + " is taken by the launcher at " + sameNode.connection.address());
        }
        return hello.differenceTo(Follower.hello(settings, "", number));
    }

    @Override
    public void said(Connection from, Message message) {
        Peer peer = peers.values().stream()
                .filter(one -> one.connection == from)
                .findFirst()
                .orElse(null);
        if (peer == null) {
            return;
        }
        if (message instanceof Message.Stopping) {
            supervision.stopElsewhere(peer.name());
            peers.values().stream().filter(other -> other != peer).forEach(other -> other.connection.send(message));
            if (attempt != null) {
                attempt.expectEnd();
                othersDeadline = Supervision.nanosAfter(settings.stopGrace().plus(supervision.endOfOtherNodes()));
            }
        } else if (message instanceof Message.Failed failed) {
            if (failed.attempt() == number) {
                failed(
                        new LaunchResult.Failure(
                                number, peer.hello.node(), OptionalInt.of(failed.rank()), failed.cause()),
                        failed.isFinal());
            }
        } else if (message instanceof Message.Ended ended) {
            if (ended.attempt() == number) {
                peer.isRunning = false;
                if (!ended.succeeded()) {
                    failed(nodeFailure(peer, "ended its ranks"), false);
                }
            }
        } else {
            drop(peer, "said what only node 0 says");
        }
    }

    @Override
    public void lost(Connection connection, String reason) {
        if (closed) {
            return;
        }
        List.copyOf(peers.values()).stream()
                .filter(peer -> peer.connection == connection)
                .forEach(peer -> drop(peer, reason));
    }

    /** A node whose ranks were all done is not missed. */
    private void drop(Peer peer, String reason) {
        peers.remove(peer.hello.node());
        peer.connection.finish();
        if (!supervision.isStopping()) {
            supervision.say(peer.name() + " " + reason);
        }
        if (peer.isRunning) {
            failed(nodeFailure(peer, reason), false);
        }
    }

    private LaunchResult.Failure nodeFailure(Peer peer, String reason) {
        return new LaunchResult.Failure(number, peer.hello.node(), OptionalInt.empty(), peer.name() + " " + reason);
    }

    @Override
    public void close() {
        closed = true;
        if (listener != null) {
            listener.close();
        }
        connections.forEach(Connection::finish);
        connections.forEach(Connection::close);
        inbox.runWaiting();
    }
}
