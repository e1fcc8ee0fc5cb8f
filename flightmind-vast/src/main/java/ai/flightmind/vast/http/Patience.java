package ai.flightmind.vast.http;

import ai.flightmind.vast.error.BadRequestException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How often, and after what waits, a call is sent again. Waits double and are spread by half, so that clients part. */
final class Patience {
    private static final Pattern THRESHOLD = Pattern.compile("threshold=(\\d{1,2}(?:\\.\\d{1,6})?)");

    private final Map<Repeat, Retry> retries = new EnumMap<>(Repeat.class);

    Patience() {
        put(Repeat.NEVER, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), e -> false);
        put(Repeat.IF_REFUSED, 4, Duration.ofSeconds(1), Duration.ofSeconds(8), e -> e instanceof RateLimitedException);
        put(Repeat.READ, 4, Duration.ofMillis(500), Duration.ofSeconds(8), Patience::passes);
        put(Repeat.SETTLE, 4, Duration.ofMillis(500), Duration.ofSeconds(8), Patience::passes);
        // An unreadable yes to a destroy is asked again too: the next answer, "no such instance", is clear. So is a
        // no for a reason that may pass.
        put(
                Repeat.DESTROY,
                8,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                e -> passes(e) || e instanceof DataException || e instanceof BadRequestException);
    }

    Attempts begin(ApiCall call) {
        Retry.AsyncContext<Object> context = retry(call.repeat()).asyncContext();
        return failure -> {
            long millis = context.onError(failure);
            if (millis < 0) {
                return null;
            }
            Duration wait = Duration.ofMillis(millis);
            if (!(failure instanceof RateLimitedException)) {
                return wait;
            }
            return longest(wait, longest(call.endpoint().spacing(), threshold(failure)));
        };
    }

    /** One call's attempts so far. */
    interface Attempts {
        /** How long to wait before the next; null if there is none. */
        @Nullable
        Duration after(VastException failure);
    }

    /** What the service says to keep between calls, as {@code threshold=4.5}; it sends no Retry-After. */
    private static Duration threshold(VastException failure) {
        Matcher said = THRESHOLD.matcher(String.valueOf(failure.getMessage()));
        return said.find() ? Duration.ofMillis((long) (1000 * Double.parseDouble(said.group(1)))) : Duration.ZERO;
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private Retry retry(Repeat repeat) {
        Retry retry = retries.get(repeat);
        if (retry == null) {
            throw new IllegalStateException("No patience for " + repeat);
        }
        return retry;
    }

    private static boolean passes(Throwable e) {
        return e instanceof RateLimitedException
                || (e instanceof ServiceDownException down && down.status() != 0)
                || e instanceof TransportException;
    }

    private void put(Repeat repeat, int attempts, Duration first, Duration longest, Predicate<Throwable> again) {
        retries.put(
                repeat,
                Retry.of(
                        repeat.name(),
                        RetryConfig.custom()
                                .maxAttempts(attempts)
                                .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(first, 2.0, 0.5, longest))
                                .retryOnException(again)
                                .build()));
    }
}
