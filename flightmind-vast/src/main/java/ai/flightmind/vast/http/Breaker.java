package ai.flightmind.vast.http;

import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a service alone that is down: after 8 of 10 calls in a row failed, nothing is sent for 20 s, then three calls
 * try. Destroying, and finding out about an unclear rental, go through all the same: they stop money from flowing.
 */
final class Breaker {
    private static final Duration OPEN = Duration.ofSeconds(20);

    private final CircuitBreaker breaker;

    Breaker(Timeline time) {
        breaker = CircuitBreaker.of(
                "vast",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(10)
                        .failureRateThreshold(80)
                        .waitDurationInOpenState(OPEN)
                        .permittedNumberOfCallsInHalfOpenState(3)
                        .writableStackTraceEnabled(false)
                        .clock(new TimelineClock(time))
                        .build());
    }

    /** @throws ServiceDownException if the service is to be left alone, with status 0 */
    Permit enter(ApiCall call) {
        if (breaker.tryAcquirePermission()) {
            return new Permit(breaker);
        }
        if (call.repeat().regardless()) {
            return new Permit(null);
        }
        throw new ServiceDownException(
                call + " was not sent: the service failed again and again just now. Try again in " + OPEN.toSeconds()
                        + " s.",
                0,
                null);
    }

    /** Exactly one of its methods is called, once. */
    record Permit(@Nullable CircuitBreaker breaker) {
        void answered(int status) {
            if (breaker == null) {
                return;
            }
            if (status >= 500) {
                breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("status " + status));
            } else {
                breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            }
        }

        void failed(VastException failure) {
            if (breaker == null) {
                return;
            }
            if (failure instanceof TransportException) {
                breaker.onError(0, TimeUnit.NANOSECONDS, failure);
            } else {
                breaker.releasePermission();
            }
        }
    }

    private static final class TimelineClock extends Clock {
        private final Timeline time;

        TimelineClock(Timeline time) {
            this.time = time;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return time.now();
        }
    }
}
