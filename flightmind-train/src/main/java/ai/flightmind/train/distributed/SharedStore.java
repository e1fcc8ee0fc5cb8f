package ai.flightmind.train.distributed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * One connection to the texts that all ranks can read, kept by rank 0's process or the launcher's agent. Thread-safe;
 * each call takes at most the time-out, and fails with an {@link IllegalStateException} if the keeper does not answer.
 */
final class SharedStore implements AutoCloseable {
    private final TCPStore tcp;
    private final PrefixStore store;
    private final List<PrefixStore> handedOut = new ArrayList<>();
    private final int port;
    private final Duration timeout;
    private final ExecutorService asking = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "flightmind-store");
        thread.setDaemon(true);
        return thread;
    });
    private boolean silent;

    private SharedStore(TCPStore tcp, PrefixStore store, int port, Duration timeout) {
        this.tcp = tcp;
        this.store = store;
        this.port = port;
        this.timeout = timeout;
    }

    /**
     * Connects; serves the store, too, if asked.
     *
     * @param port 0 lets the server choose a free one
     * @param prefix of all keys
     */
    static SharedStore open(String host, int port, boolean serve, String prefix, Duration timeout) {
        try (PointerScope scope = new PointerScope()) {
            TCPStoreOptions options = new TCPStoreOptions()
                    .port((short) port)
                    .isServer(serve)
                    .waitWorkers(false)
                    .timeout(new Milliseconds(timeout.toMillis()));
            TCPStore tcp = new TCPStore(host, options);
            int bound = Short.toUnsignedInt(tcp.getPort());
            PrefixStore prefixed = new PrefixStore(prefix, tcp);
            tcp.retainReference();
            prefixed.retainReference();
            return new SharedStore(tcp, prefixed, bound, timeout);
        }
    }

    int port() {
        return port;
    }

    /** Sends, and does not wait for an answer. */
    synchronized void post(String key, String text) {
        requireAnswering();
        store.set(key, text);
    }

    Optional<String> find(String key) {
        return answered(() -> {
            try (PointerScope scope = new PointerScope()) {
                return store.check(new StringVector(key)) ? Optional.of(store.get_to_str(key)) : Optional.empty();
            }
        });
    }

    /** One more than the last answer to anyone under this key; 1 at first. */
    long next(String key) {
        return answered(() -> store.add(key, 1));
    }

    /**
     * libtorch waits for an answer without end, so a thread of ours does that, and is left waiting if none comes. An
     * interrupt, which asks the training to stop, does not cut a question short.
     */
    private synchronized <T> T answered(Callable<T> question) {
        requireAnswering();
        Future<T> answer = asking.submit(question);
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (true) {
                try {
                    return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            silent = true;
            throw new IllegalStateException("the store has not answered for " + timeout, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(Rendezvous.firstLine(e), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A question without an answer holds libtorch's lock, on which any other call would wait. */
    private void requireAnswering() {
        if (silent) {
            throw new IllegalStateException("the store does not answer");
        }
    }

    /** The same store for a process group, under another prefix. The group must be closed before this. */
    synchronized Store handOut(String prefix) {
        PrefixStore handed = new PrefixStore(prefix, store.getUnderlyingStore());
        handed.retainReference();
        handedOut.add(handed);
        return handed;
    }

    /**
     * Objects that Java made with {@code new} keep one native reference of Java's own when they are handed to others, so
     * they are freed here, after all who use them. A connection on which an answer is still awaited cannot be closed
     * without a crash, and stays.
     */
    @Override
    public synchronized void close() {
        asking.shutdown();
        List<Pointer> usersFirst = new ArrayList<>(handedOut);
        usersFirst.add(store);
        usersFirst.add(tcp);
        for (Pointer each : usersFirst) {
            if (silent) {
                boolean free = false;
                each.deallocate(free);
            } else {
                each.close();
            }
        }
    }
}
