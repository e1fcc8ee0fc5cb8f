package ai.flightmind.model.libtorch;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that each run work of their own with every operator on one core. The threads of one operator wait for each
 * other several times in each product; those of lanes wait once, at the end. Used by one thread at a time.
 */
public final class Lanes implements AutoCloseable {
    /** Of each of the threads, for whoever looks at what a process does. */
    public static final String THREAD_NAME = "flightmind-lane";

    private static final Logger log = LoggerFactory.getLogger(Lanes.class);

    private final int count;
    private final ThreadPoolExecutor threads;

    private Lanes(int count) {
        this.count = count;
        CountDownLatch ready = new CountDownLatch(count);
        this.threads = new ThreadPoolExecutor(count, count, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), lane -> {
            Thread thread = new Thread(
                    () -> {
                        // A thread's first question or operator sets it to the default, so that comes before.
                        Libtorch.threads();
                        torch.set_num_threads(1);
                        ready.countDown();
                        lane.run();
                    },
                    THREAD_NAME);
            thread.setDaemon(true);
            return thread;
        });
        int before = Libtorch.threads();
        int started = threads.prestartAllCoreThreads();
        uninterruptibly(() -> {
            ready.await();
            return started;
        });
        // What each of them has set for itself has also become the default for threads to come.
        Libtorch.setThreads(before);
    }

    /** As many threads, which end with {@link #close()} or the program. */
    public static Lanes of(int count) {
        Libtorch.load();
        reserveWorkingSpace(count);
        startThreadsOfOperators();
        return new Lanes(count);
    }

    /**
     * OpenBLAS takes working space for each product that runs at the same time as others, keeps it, and ends the program if
     * there is none left: so it takes that before the memory is filled.
     */
    private static void reserveWorkingSpace(int products) {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            NativeLibrary openblas = NativeLibrary.getInstance("libopenblas_nolapack.so.0");
            Function free = openblas.getFunction("blas_memory_free");
            Function alloc = openblas.getFunction("blas_memory_alloc");
            int anyProcess = 0;
            Stream.generate(() -> alloc.invokePointer(new Object[] {anyProcess}))
                    .limit(products)
                    .toList()
                    .forEach(space -> free.invokeVoid(new Object[] {space}));
        } catch (UnsatisfiedLinkError e) {
            log.debug("This BLAS takes its working space when it likes", e);
        }
    }

    /** Likewise libgomp, which ends the program if it cannot start the calling thread's helpers. */
    private static void startThreadsOfOperators() {
        try (PointerScope scope = new PointerScope()) {
            torch.ones(1 << 20).neg_();
        }
    }

    public int count() {
        return count;
    }

    /**
     * Runs the work once per lane, and waits for all, interrupted or not: what libtorch has begun cannot be left.
     *
     * @param work takes the lane's number, from 0
     * @return what each has given, in the order of the lanes
     * @throws RuntimeException the first lane's that failed; what the others have given is closed
     */
    public <T extends AutoCloseable> List<T> run(IntFunction<T> work) {
        int before = Libtorch.threads();
        openblas_nolapack.blas_set_num_threads(1);
        List<T> given = new ArrayList<>(count);
        RuntimeException failure = null;
        try {
            List<Future<T>> all = new ArrayList<>(count);
            for (int lane = 0; lane < count; lane++) {
                int number = lane;
                all.add(threads.submit(() -> work.apply(number)));
            }
            for (Future<T> one : all) {
                try {
                    given.add(uninterruptibly(() -> outcome(one)));
                } catch (RuntimeException e) {
                    failure = failure == null ? e : failure;
                }
            }
        } finally {
            openblas_nolapack.blas_set_num_threads(before);
        }
        if (failure != null) {
            for (T one : given) {
                close(one, failure);
            }
            throw failure;
        }
        return given;
    }

    private static <T> T outcome(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void close(AutoCloseable one, RuntimeException failure) {
        try {
            one.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private interface Waiting<T> {
        T get() throws InterruptedException;
    }

    private static <T> T uninterruptibly(Waiting<T> waiting) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return waiting.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        uninterruptibly(() -> threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
    }
}
