package ai.flightmind.train.launch;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What has happened, for the supervising thread to act on, in order. Any thread may put in; one takes out. */
final class Inbox implements Executor {
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Runnable onInterrupt;

    /** @param onInterrupt what an interrupt of the supervising thread means; the thread's flag is cleared */
    Inbox(Runnable onInterrupt) {
        this.onInterrupt = onInterrupt;
    }

    @Override
    public void execute(Runnable event) {
        queue.add(event);
    }

    /** Acts on the next event, or on none if there is none until then, in {@link System#nanoTime}. */
    void runNext(long deadlineNanos) {
        Runnable event;
        try {
            event = queue.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            event = onInterrupt;
        }
        if (event != null) {
            event.run();
        }
    }

    /** Acts on all that are here. */
    void runWaiting() {
        for (Runnable event = queue.poll(); event != null; event = queue.poll()) {
            event.run();
        }
    }
}
