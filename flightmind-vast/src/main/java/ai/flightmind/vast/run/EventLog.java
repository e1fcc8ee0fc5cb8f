package ai.flightmind.vast.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of a run, for any number of readers; who comes late gets the last 10,000 of what has been. A reader that is
 * slow by more than that misses the oldest. Thread-safe.
 */
final class EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final int KEPT = 10_000;

    private final Deque<RunEvent> kept = new ArrayDeque<>();
    private final List<Consumer<RunEvent>> listeners = new CopyOnWriteArrayList<>();
    private long first;
    private boolean ended;

    /** Called on the run's own threads: be quick. */
    void listen(Consumer<RunEvent> listener) {
        listeners.add(listener);
    }

    void tell(RunEvent event) {
        log(event);
        synchronized (this) {
            if (ended) {
                return;
            }
            kept.addLast(event);
            if (kept.size() > KEPT) {
                kept.removeFirst();
                first++;
            }
            ended = event instanceof RunEvent.Ended;
            notifyAll();
        }
        for (Consumer<RunEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("A listener of the run failed on \"{}\"", event, e);
            }
        }
    }

    /** There is no more to come, also where the run could not tell how it ended. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Ends after the run's last event; waits for the next one meanwhile. Interruption ends it. */
    Stream<RunEvent> stream() {
        Iterator<RunEvent> reader = new Reader();
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(reader, Spliterator.ORDERED | Spliterator.NONNULL), false);
    }

    private static void log(RunEvent event) {
        if (event instanceof RunEvent.Warning || event instanceof RunEvent.Interrupted) {
            LOG.warn("{}", event);
        } else if (event instanceof RunEvent.LogLine
                || event instanceof RunEvent.Step
                || event instanceof RunEvent.Transfer) {
            LOG.debug("{}", event);
        } else if (event instanceof RunEvent.Spent) {
            LOG.trace("{}", event);
        } else {
            LOG.info("{}", event);
        }
    }

    private final class Reader implements Iterator<RunEvent> {
        private final Deque<RunEvent> batch = new ArrayDeque<>();
        private long next;

        @Override
        public boolean hasNext() {
            return !batch.isEmpty() || fill();
        }

        @Override
        public RunEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The run has ended");
            }
            return batch.removeFirst();
        }

        private boolean fill() {
            synchronized (EventLog.this) {
                while (next >= first + kept.size()) {
                    if (ended) {
                        return false;
                    }
                    try {
                        EventLog.this.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return false;
                    }
                }
                List<RunEvent> all = new ArrayList<>(kept);
                batch.addAll(all.subList((int) Math.max(0, next - first), all.size()));
                next = first + all.size();
                return true;
            }
        }
    }

    /** The last event, if there was one. */
    synchronized @Nullable RunEvent last() {
        return kept.peekLast();
    }
}
