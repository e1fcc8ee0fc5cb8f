package ai.flightmind.vast.fake;

import ai.flightmind.vast.http.Timeline;
import java.time.Duration;
import java.time.Instant;

/**
 * A clock that goes faster than the wall's. Programs that agree on its beginning and its speed agree on the time.
 * Thread-safe.
 *
 * @param begin when it shows the same as the wall's
 * @param speed how many of its seconds go by in one of ours
 */
public record FastTime(Instant begin, int speed) implements Timeline {
    @Override
    public Instant now() {
        return begin.plus(Duration.between(begin, Instant.now()).multipliedBy(speed));
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() * speed;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Duration wall = byWallClock(duration);
        Thread.sleep(wall.toMillis(), wall.toNanosPart() % 1_000_000);
    }

    @Override
    public Duration byWallClock(Duration duration) {
        return duration.dividedBy(speed);
    }

    @Override
    public Duration byThisClock(Duration wall) {
        return wall.multipliedBy(speed);
    }
}
