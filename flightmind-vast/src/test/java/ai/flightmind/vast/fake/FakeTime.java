package ai.flightmind.vast.fake;

import ai.flightmind.vast.http.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that only sleeping moves. Thread-safe; sleeps of several threads add up. */
public final class FakeTime implements Timeline {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    @Override
    public Instant now() {
        return START.plusNanos(nanos.get());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        pass(duration);
    }

    /** Time goes by. */
    public void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }
}
