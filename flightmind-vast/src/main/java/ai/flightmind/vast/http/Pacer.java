package ai.flightmind.vast.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * Keeps each endpoint's calls apart. Its own, since resilience4j's limiter counts per fixed period, so that two calls on
 * either side of a period's end may follow at once, which the service answers with 429. Thread-safe.
 */
final class Pacer {
    private final Timeline time;
    private final Map<Endpoint, Deque<Long>> starts = new EnumMap<>(Endpoint.class);

    Pacer(Timeline time) {
        this.time = time;
    }

    /** Takes the endpoint's next free moment and says how long it is away. */
    synchronized Duration reserve(Endpoint endpoint) {
        Deque<Long> taken = starts.computeIfAbsent(endpoint, e -> new ArrayDeque<>());
        long now = time.nanoTime();
        long start = now;
        if (taken.size() == endpoint.calls()) {
            long free = taken.removeFirst() + endpoint.window().toNanos();
            start = free - now > 0 ? free : now;
        }
        taken.addLast(start);
        return Duration.ofNanos(start - now);
    }
}
