package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.error.CancelledException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the store on daemon threads, so that an interrupted caller gets away at once from a call that does not notice
 * interruption. Thread-safe.
 */
final class Workers implements AutoCloseable {
    private static final long TICK_MILLIS = 100;
    private static final long END_SECONDS = 10;

    private final Store store;
    private final AtomicInteger count = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "bucket-work-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    Workers(Store store) {
        this.store = store;
    }

    /** One call. */
    <T> T call(String what, Supplier<T> work) {
        List<T> result = new ArrayList<>(1);
        run(what, List.of(() -> result.add(work.get())), 1, () -> {});
        return result.get(0);
    }

    /**
     * Does all the work, so many at once. The first failure, or an interruption, ends the rest, which takes moments,
     * and is waited for.
     *
     * @param tick called now and then, and at the end, on the caller's thread
     * @throws CancelledException if the caller was interrupted, or the bucket closed
     */
    void run(String what, List<Runnable> work, int atOnce, Runnable tick) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException(what + " was interrupted.", false, null);
        }
        Crew crew = new Crew(work, Math.min(atOnce, work.size()));
        try {
            crew.start();
            while (!crew.ended.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                tick.run();
            }
        } catch (InterruptedException e) {
            crew.stop();
            Thread.currentThread().interrupt();
            throw new CancelledException(what + " was interrupted; started again, it goes on where it was.", true, e);
        } catch (RejectedExecutionException e) {
            crew.stop();
            throw new CancelledException(what + " was not done: the bucket is closed.", false, e);
        } catch (RuntimeException | Error e) {
            crew.stop();
            throw e;
        }
        Throwable failure = crew.failure.get();
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        tick.run();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** The threads of one run. */
    private final class Crew {
        private final Queue<Runnable> work;
        private final int size;
        private final CountDownLatch ended;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final Set<Thread> active = new HashSet<>();
        private boolean stopped;

        Crew(List<Runnable> work, int size) {
            this.work = new ConcurrentLinkedQueue<>(work);
            this.size = size;
            this.ended = new CountDownLatch(size);
        }

        void start() {
            for (int i = 0; i < size; i++) {
                try {
                    threads.execute(this::labour);
                } catch (RejectedExecutionException e) {
                    for (int missing = i; missing < size; missing++) {
                        ended.countDown();
                    }
                    throw e;
                }
            }
        }

        private void labour() {
            try {
                if (enter()) {
                    for (Runnable next = work.poll(); next != null && !isStopped(); next = work.poll()) {
                        next.run();
                    }
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                leave();
                end();
            } finally {
                leave();
                ended.countDown();
            }
        }

        private synchronized boolean enter() {
            active.add(Thread.currentThread());
            return !stopped;
        }

        private synchronized void leave() {
            active.remove(Thread.currentThread());
        }

        private synchronized boolean isStopped() {
            return stopped;
        }

        /** Only threads in here are interrupted: one that left works for another run already. */
        private synchronized void end() {
            stopped = true;
            for (Thread thread : new ArrayList<>(active)) {
                thread.interrupt();
                store.cancel(thread);
            }
        }

        void stop() {
            end();
            boolean interrupted = false;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
            while (true) {
                try {
                    if (!ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        end();
                    }
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
