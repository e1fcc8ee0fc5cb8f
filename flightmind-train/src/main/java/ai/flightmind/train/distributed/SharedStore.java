package ai.flightmind.train.distributed;

import java.time.Duration;
import java.util.Optional;
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
 * each call takes at most the time-out, and fails with libtorch's exception if the keeper does not answer.
 */
final class SharedStore implements AutoCloseable {
    private final PrefixStore store;
    private final int port;

    private SharedStore(PrefixStore store, int port) {
        this.store = store;
        this.port = port;
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
            disown(tcp); // the prefixed one owns it from here on
            prefixed.retainReference();
            return new SharedStore(prefixed, bound);
        }
    }

    /** Neither a scope nor the collector is to free it: a native owner has taken it over, and will. */
    private static void disown(Pointer taken) {
        taken.retainReference();
        taken.deallocate(false);
    }

    int port() {
        return port;
    }

    synchronized void post(String key, String text) {
        store.set(key, text);
    }

    synchronized Optional<String> find(String key) {
        try (PointerScope scope = new PointerScope()) {
            return store.check(new StringVector(key)) ? Optional.of(store.get_to_str(key)) : Optional.empty();
        }
    }

    /** One more than the last answer to anyone under this key; 1 at first. */
    synchronized long next(String key) {
        return store.add(key, 1);
    }

    /** The same store for a process group to own, under another prefix. Belongs to the caller's scope. */
    synchronized Store handOver(String prefix) {
        PrefixStore handed = new PrefixStore(prefix, store.getUnderlyingStore());
        disown(handed);
        return handed;
    }

    @Override
    public synchronized void close() {
        store.close();
    }
}
