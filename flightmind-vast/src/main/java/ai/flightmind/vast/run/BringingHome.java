package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.watch.CheckpointFile;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings checkpoints home while training goes on, one at a time, on a thread of its own. */
final class BringingHome implements AutoCloseable {
    private static final int CLOSE_SECONDS = 30;

    private final RunContext run;
    private final Checkpointing checkpointing;
    private final ExecutorService thread;
    private @Nullable Future<?> busy;

    BringingHome(RunContext run, Checkpointing checkpointing) {
        this.run = run;
        this.checkpointing = checkpointing;
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "run-home-" + run.id());
            made.setDaemon(true);
            return made;
        });
    }

    /** What there is now. While an earlier one is under way, nothing is begun: the next look finds it again. */
    void offer(Machine machine, List<CheckpointFile> there) {
        if (busy != null && !busy.isDone()) {
            return;
        }
        List<CheckpointFile> wanted = checkpointing.wanted(machine, there);
        if (!wanted.isEmpty()) {
            busy = thread.submit(() -> bring(machine, wanted));
        }
    }

    /** The best before the newest: who goes on from the newest believes that the best is safe. */
    private void bring(Machine machine, List<CheckpointFile> wanted) {
        for (CheckpointFile file : wanted) {
            try {
                checkpointing.bring(machine, file);
            } catch (CancelledException e) {
                return;
            } catch (VastException | UncheckedIOException e) {
                run.warn(file.name() + " is not home yet, and is tried again: " + e.getMessage());
                return;
            }
        }
    }

    /** Ends what is under way; what it has brought so far is gone on with. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                run.warn("A transfer does not end.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
