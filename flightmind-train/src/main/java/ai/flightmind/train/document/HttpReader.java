package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers, again with growing pauses where that may help: after a broken connection, a cut answer, 408, 429 and 5xx.
 * Thread-safe.
 */
final class HttpReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpReader.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Turns an answer of status 2xx into what was asked for. */
    interface Parser<T> {
        T parse(Response response) throws IOException;
    }

    /** An answer that another attempt may better. */
    private static final class BusyException extends IOException {
        private static final long serialVersionUID = 1L;

        private final Duration wanted; // by the server

        BusyException(Response response) {
            super("status " + response.code());
            String seconds = response.header("Retry-After", "");
            wanted = seconds != null && seconds.matches("\\d{1,6}")
                    ? Duration.ofSeconds(Long.parseLong(seconds))
                    : Duration.ZERO;
        }
    }

    private final OkHttpClient client;
    private final @Nullable HttpUrl tokenFor;
    private final @Nullable String token;
    private final RetryConfig retries;

    /**
     * Begins with no connection.
     *
     * @param tokenFor the only server that gets the token
     * @param attempts of each request, at least 1
     * @param firstPause doubled after each attempt, up to a minute
     */
    HttpReader(@Nullable HttpUrl tokenFor, @Nullable String token, int attempts, Duration firstPause) {
        this.client = new OkHttpClient.Builder()
                .connectTimeout(Duration.ofSeconds(20))
                .readTimeout(Duration.ofSeconds(30))
                .build();
        this.tokenFor = tokenFor;
        this.token = token;
        IntervalFunction pauses = IntervalFunction.ofExponentialRandomBackoff(firstPause, 2, 0.5, LONGEST_PAUSE);
        this.retries = RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalBiFunction((attempt, outcome) -> pause(pauses.apply(attempt), outcome))
                .retryOnException(HttpReader::mayPass)
                .build();
    }

    private static boolean mayPass(Throwable failure) {
        return failure instanceof IOException && !Thread.currentThread().isInterrupted();
    }

    private static long pause(long ours, Either<Throwable, Object> outcome) {
        long wanted = outcome.isLeft() && outcome.getLeft() instanceof BusyException busy
                ? Math.min(busy.wanted.toMillis(), LONGEST_PAUSE.toMillis())
                : 0;
        return Math.max(ours, wanted);
    }

    /**
     * What a request gives.
     *
     * @throws DataException if it does not, however often it was tried
     * @throws CancellationException if the thread was interrupted
     */
    <T> T read(Request request, Parser<T> parser) {
        Retry retry = Retry.of("read", retries);
        retry.getEventPublisher()
                .onRetry(event -> log.info(
                        "{}: attempt {} failed ({}), the next one in {}",
                        request.url(),
                        event.getNumberOfRetryAttempts(),
                        String.valueOf(event.getLastThrowable()),
                        event.getWaitInterval()));
        try {
            return Retry.decorateCheckedSupplier(retry, () -> attempt(request, parser))
                    .get();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
                Thread.currentThread().interrupt();
                throw new CancellationException("Interrupted while reading " + request.url());
            }
            throw new DataException(
                    request.url() + " cannot be read, after " + retries.getMaxAttempts() + " attempts: "
                            + e.getMessage(),
                    e);
        }
    }

    private <T> T attempt(Request request, Parser<T> parser) throws IOException {
        try (Response response = client.newCall(authorized(request)).execute()) {
            int status = response.code();
            if (status == 408 || status == 429 || status >= 500) {
                throw new BusyException(response);
            }
            if (status == 401 || status == 403) {
                throw new DataException(request.url() + " is refused (status " + status + "): "
                        + (token == null
                                ? "give a token that may read it."
                                : "the token may not read it, or the data set's terms are not accepted yet."));
            }
            if (!response.isSuccessful()) {
                throw new DataException(request.url() + " cannot be read: status " + status + ".");
            }
            return parser.parse(response);
        } catch (InterruptedIOException e) {
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    private Request authorized(Request request) {
        HttpUrl ours = tokenFor;
        boolean same = ours != null
                && ours.scheme().equals(request.url().scheme())
                && ours.host().equals(request.url().host())
                && ours.port() == request.url().port();
        return token == null || !same
                ? request
                : request.newBuilder()
                        .header("Authorization", "Bearer " + token)
                        .build();
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
