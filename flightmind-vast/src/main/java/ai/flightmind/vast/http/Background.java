package ai.flightmind.vast.http;

import ai.flightmind.vast.error.CancelledException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Work beside the caller's thread, on daemon threads that end with the client. Thread-safe. */
public final class Background implements AutoCloseable {
    private final AtomicInteger count = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "vast-work-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /** Starts the work. Cancelling the future interrupts it. */
    public <T> CompletableFuture<T> start(Supplier<T> work) {
        return start(work, value -> {});
    }

    /**
     * Starts the work. Cancelling the future interrupts it.
     *
     * @param unwanted takes what came out though the future was cancelled
     */
    public <T> CompletableFuture<T> start(Supplier<T> work, Consumer<T> unwanted) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Future<?> running = submit(() -> {
            try {
                T value = work.get();
                if (!result.complete(value)) {
                    Thread.interrupted(); // the cancelling's own mark
                    unwanted.accept(value);
                }
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        var unused = result.whenComplete((value, failure) -> {
            if (result.isCancelled()) {
                running.cancel(true);
            }
        });
        return result;
    }

    /**
     * Does the work to its end though the caller is interrupted, whose flag is set again afterwards: for what must not be
     * left half done. The work bounds its own time.
     */
    public <T> T uninterrupted(Supplier<T> work) {
        return finish(work, Duration.ofDays(1));
    }

    /**
     * As {@link #uninterrupted}, but an interrupted caller waits no longer than that.
     *
     * @throws CancelledException if the work was not done by then; it is interrupted
     */
    public <T> T finish(Supplier<T> work, Duration afterInterruption) {
        CompletableFuture<T> result = start(work);
        boolean interrupted = false;
        long deadline = 0;
        try {
            while (true) {
                try {
                    return interrupted
                            ? result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
                            : result.get();
                } catch (InterruptedException e) {
                    deadline = interrupted ? deadline : System.nanoTime() + afterInterruption.toNanos();
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            result.cancel(true);
            throw new CancelledException(
                    "Interrupted, and not done " + afterInterruption.toSeconds() + " s later.", true, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("Work in the background broke.", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Future<?> submit(Runnable work) {
        try {
            return threads.submit(work);
        } catch (RejectedExecutionException e) {
            throw new CancelledException("The client is closed.", false, e);
        }
    }
}
