package ai.flightmind.vast.http;

import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.time.Duration;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the service: paced, repeated where that is safe, refusals turned into errors. Blocks; interruption ends a call
 * with {@link CancelledException}. Thread-safe.
 */
public final class Transport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final Duration RESULT_POLL = Duration.ofMillis(300);
    private static final int RESULT_POLLS = 30;

    private final Timeline time;
    private final Wire wire;
    private final Pacer pacer;
    private final Breaker breaker;
    private final Patience patience = new Patience();
    private final Refusals refusals;
    private final Redaction redaction;
    private volatile boolean closed;

    /**
     * @param base the service's address, as {@code https://console.vast.ai}
     * @param connectTimeout until a connection stands
     * @param timeout of one attempt, from connecting to the answer's last byte
     * @throws IllegalArgumentException if the address is none
     */
    public Transport(String base, ApiKey key, Timeline time, Duration connectTimeout, Duration timeout) {
        HttpUrl url = HttpUrl.parse(base);
        if (url == null) {
            throw new IllegalArgumentException("Not an http or https address: " + base);
        }
        this.time = time;
        this.redaction = new Redaction(key);
        this.refusals = new Refusals(redaction);
        this.wire = new Wire(url, key, redaction, connectTimeout, timeout);
        this.pacer = new Pacer(time);
        this.breaker = new Breaker(time);
    }

    /** The answer's JSON, whatever it is. */
    public @Nullable Object call(ApiCall call) {
        Patience.Attempts attempts = patience.begin(call);
        while (true) {
            try {
                return read(call, send(call));
            } catch (VastException e) {
                Duration wait = e instanceof CancelledException ? null : attempts.after(e);
                if (wait == null) {
                    throw e;
                }
                LOG.debug("{} again in {} ms: {}", call, wait.toMillis(), e.getMessage());
                sleep(wait, call.toString());
            }
        }
    }

    /** The answer, which has to be an object. */
    public JsonFields callForObject(ApiCall call) {
        return JsonFields.of(call(call), "$");
    }

    /** One attempt, and the answer as it came: for a call whose refusal has more to say. */
    public Answer send(ApiCall call) {
        if (closed) {
            throw new IllegalStateException("The client is closed.");
        }
        Breaker.Permit permit = breaker.enter(call);
        try {
            sleep(pacer.reserve(call.endpoint()), call.toString());
            long start = time.nanoTime();
            Answer answer = wire.send(call);
            permit.answered(answer.status());
            LOG.debug("{} -> {} in {} ms", call, answer.status(), (time.nanoTime() - start) / 1_000_000);
            return answer;
        } catch (VastException e) {
            permit.failed(e);
            throw e;
        }
    }

    /** What the answer refuses; null if nothing. */
    public @Nullable AnswerException refusal(ApiCall call, Answer answer) {
        return refusals.of(call, answer);
    }

    /**
     * The text behind a signed address that the service gave, which it may still be writing: asked for up to 9 s. The key
     * is not sent there.
     */
    public String awaitResult(String address, String what) {
        HttpUrl url = HttpUrl.parse(address);
        if (url == null) {
            throw new DataException("The answer's result_url is not an address.", "$.result_url", null);
        }
        for (int poll = 0; poll < RESULT_POLLS; poll++) {
            sleep(RESULT_POLL, what);
            Answer answer;
            try {
                answer = wire.fetch(url, what);
            } catch (TransportException e) {
                LOG.debug("{}: {}", what, e.getMessage());
                continue;
            }
            if (answer.status() == 200) {
                return answer.body();
            }
        }
        throw new TransportException(what + " was not there after 9 s. Ask again.", true, null);
    }

    /** Waits; interruption becomes a {@link CancelledException}. */
    public void sleep(Duration duration, String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException(what + " was interrupted.", false, null);
        }
        if (duration.isZero() || duration.isNegative()) {
            return;
        }
        try {
            time.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(what + " was interrupted while it waited.", false, e);
        }
    }

    public Timeline time() {
        return time;
    }

    /** A message's text without what must not be seen. */
    public String redact(String text) {
        return redaction.clean(text);
    }

    /** Where it sends, without the key. */
    @Override
    public String toString() {
        return wire.toString();
    }

    @Override
    public void close() {
        closed = true;
        wire.close();
    }

    private @Nullable Object read(ApiCall call, Answer answer) {
        AnswerException refusal = refusals.of(call, answer);
        if (refusal != null) {
            throw refusal;
        }
        try {
            return Json.read(answer.body());
        } catch (DataException e) {
            throw new DataException(call + ": " + e.getMessage(), e.jsonPath(), e.getCause());
        }
    }
}
