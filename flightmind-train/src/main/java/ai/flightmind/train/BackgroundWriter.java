package ai.flightmind.train;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.checkpoint.Snapshot;
import ai.flightmind.train.error.CheckpointException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Copies out and writes checkpoints beside the training, one snapshot at a time. Used by the thread that trains. */
final class BackgroundWriter implements AutoCloseable {
    /** What came of one snapshot. */
    record Outcome(List<CheckpointWritten> written, List<CheckpointException> failures) {}

    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "checkpoint-writer");
        made.setDaemon(true);
        return made;
    });
    private CompletableFuture<Void> copied = CompletableFuture.completedFuture(null);
    private @Nullable Future<Outcome> underWay;

    /**
     * Begins to copy, until when the run must not be changed, and to write; the one before must have been waited for.
     *
     * @param snapshot closed when it is written
     * @param writes to be done with it, in order; one that fails does not keep the next from being tried
     */
    void begin(Snapshot snapshot, List<Function<Snapshot, CheckpointWritten>> writes) {
        if (underWay != null) {
            throw new IllegalStateException("A checkpoint is being written already");
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        copied = done;
        underWay = thread.submit(() -> {
            try (snapshot) {
                Duration copying = copy(snapshot, done);
                return write(snapshot, writes, copying);
            }
        });
    }

    private static Duration copy(Snapshot snapshot, CompletableFuture<Void> done) {
        long begin = System.nanoTime();
        try {
            snapshot.copy();
        } finally {
            done.complete(null);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Waits until the run may be changed, interrupted or not. */
    void awaitCopy() {
        copied.join();
    }

    private static Outcome write(
            Snapshot snapshot, List<Function<Snapshot, CheckpointWritten>> writes, Duration copying) {
        List<CheckpointWritten> written = new ArrayList<>();
        List<CheckpointException> failures = new ArrayList<>();
        for (Function<Snapshot, CheckpointWritten> write : writes) {
            try {
                CheckpointWritten one = write.apply(snapshot);
                written.add(new CheckpointWritten(
                        one.file(), one.step(), one.bytes(), one.duration().plus(copying)));
            } catch (CheckpointException e) {
                failures.add(e);
            }
        }
        return new Outcome(written, failures);
    }

    /** What came of the last one, once: empty while it is being written, and when it was told already. */
    Optional<Outcome> ifDone() {
        return underWay != null && underWay.isDone() ? await() : Optional.empty();
    }

    /**
     * Waits for the last one. An interrupt asks the run to stop, which needs its checkpoint most of all: it is waited for,
     * and the flag is set again.
     */
    Optional<Outcome> await() {
        if (underWay == null) {
            return Optional.empty();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return Optional.of(underWay.get());
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new CheckpointException(
                            "A checkpoint was not written: " + e.getCause() + ". Earlier ones are as they were.",
                            e.getCause());
                }
            }
        } finally {
            underWay = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
