package ai.flightmind.train.distributed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells the other ranks each second that this process lives and where its training is, so that when one is missed its
 * kind of absence can be told: a process that does not beat is gone or stopped, one that beats but is behind hangs.
 * Ends a process whose training thread is stuck in native code for longer than the time-out, which nothing else could.
 */
final class Liveness implements AutoCloseable {
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final String LOST = "lost/";

    private final SharedStore store;
    private final int rank;
    private final int size;
    private final Consumer<String> onStall;
    private final long patienceNanos;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::beat, "flightmind-liveness");

    private volatile Place place = new Place(0, "starting", System.nanoTime());

    /** Where the training thread is; the number counts what all ranks take part in. */
    private record Place(long number, String what, long sinceNanos) {}

    private record Beat(long count, long number, String what) {
        static Beat parse(String text) {
            String[] parts = text.split("\\|", 3);
            return new Beat(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
        }
    }

    Liveness(SharedStore store, Ddp ddp, Consumer<String> onStall) {
        this.store = store;
        this.rank = ddp.rank();
        this.size = ddp.worldSize();
        this.onStall = onStall;
        this.patienceNanos = ddp.timeout().plus(GRACE).toNanos();
        thread.setDaemon(true);
        thread.start();
    }

    /** The training thread is at something of its own. */
    void at(String what) {
        place = new Place(place.number(), what, System.nanoTime());
    }

    /** The training thread comes to something that all ranks take part in. */
    void together() {
        Place now = place;
        place = new Place(now.number() + 1, now.what(), System.nanoTime());
    }

    String where() {
        return place.what();
    }

    private void beat() {
        try {
            long count = 0;
            do {
                Place now = place;
                tell(count++, now);
                long stuck = System.nanoTime() - now.sinceNanos();
                if (size > 1 && stuck > patienceNanos) {
                    onStall.accept("has been at '" + now.what() + "' for " + TimeUnit.NANOSECONDS.toSeconds(stuck)
                            + " s. " + rollCall());
                }
            } while (!closed.await(BEAT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(long count, Place now) {
        try {
            store.post("beat/" + rank, count + "|" + now.number() + "|" + now.what());
        } catch (RuntimeException storeIsGone) {
            // The training thread meets the same failure, and explains it.
            closed.countDown();
        }
    }

    /** Who is missing, by listening to all for some beats. Takes a few seconds. */
    String rollCall() {
        try {
            store.post(LOST + rank, "");
            List<Optional<Beat>> before = beats();
            Thread.sleep(BEAT.multipliedBy(3).toMillis());
            return compare(before, beats());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Interrupted while listening for the other ranks.";
        } catch (RuntimeException e) {
            return "Rank 0, which keeps the ranks' store, is gone or stopped: " + Rendezvous.firstLine(e);
        }
    }

    private String compare(List<Optional<Beat>> before, List<Optional<Beat>> now) {
        List<String> findings = new ArrayList<>();
        for (int other = 0; other < size; other++) {
            if (other == rank || store.find(LOST + other).isPresent()) {
                continue; // that one is looking for the missing, too
            }
            Optional<Beat> beat = now.get(other);
            if (beat.isEmpty()) {
                findings.add("rank " + other + " was never heard of");
            } else if (beat.equals(before.get(other))) {
                findings.add("rank " + other + " is gone or stopped (last heard of at '"
                        + beat.get().what() + "')");
            } else if (beat.get().number() < place.number()) {
                findings.add("rank " + other + " lives, but is still at '"
                        + beat.get().what() + "'");
            }
        }
        return findings.isEmpty()
                ? "All ranks live and are as far as this one; the network between them may be broken."
                : String.join("; ", findings) + ".";
    }

    private List<Optional<Beat>> beats() {
        List<Optional<Beat>> beats = new ArrayList<>();
        for (int other = 0; other < size; other++) {
            beats.add(store.find("beat/" + other).map(Beat::parse));
        }
        return beats;
    }

    @Override
    public void close() {
        closed.countDown();
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
