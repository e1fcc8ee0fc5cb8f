package ai.flightmind.vast.http;

import java.time.Duration;
import java.time.Instant;

/** Time as the client sees it: what the clock says, and waiting. Tests put their own here, so that none of them waits. */
public interface Timeline {
    Instant now();

    /** A clock for measuring spans, in nanoseconds, that never goes back. */
    long nanoTime();

    void sleep(Duration duration) throws InterruptedException;

    /** How long that is by a wall clock; the same, unless this time goes faster. */
    default Duration byWallClock(Duration duration) {
        return duration;
    }

    /** How long that of a wall clock is by this one. */
    default Duration byThisClock(Duration wall) {
        return wall;
    }

    /** The machine's clock. */
    static Timeline system() {
        return new Timeline() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
            }
        };
    }
}
