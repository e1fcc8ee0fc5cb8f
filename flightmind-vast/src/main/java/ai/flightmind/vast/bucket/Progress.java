package ai.flightmind.vast.bucket;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Counts the bytes of pieces that several threads move, each piece at its furthest attempt; one thread tells. */
final class Progress {
    private final String key;
    private final long total;
    private final Consumer<? super TransferProgress> listener;
    private final AtomicLongArray furthest;
    private final AtomicLong done = new AtomicLong();
    private long told = -1;

    Progress(String key, long total, int pieces, Consumer<? super TransferProgress> listener) {
        this.key = key;
        this.total = total;
        this.listener = listener;
        this.furthest = new AtomicLongArray(pieces);
    }

    /** For one piece; takes how many of its bytes have moved. */
    LongConsumer piece(int index) {
        return bytes -> {
            long before = furthest.getAndAccumulate(index, bytes, Math::max);
            if (bytes > before) {
                done.addAndGet(bytes - before);
            }
        };
    }

    /** Tells the listener if there is news. */
    void tell() {
        long now = done.get();
        if (now != told) {
            told = now;
            listener.accept(new TransferProgress(key, now, total));
        }
    }
}
