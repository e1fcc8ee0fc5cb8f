package ai.flightmind.vast.http;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.json.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** One request over HTTP, sent exactly once. OkHttp is not seen outside of this class. Thread-safe. */
final class Wire implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final long LARGEST_ANSWER = 64L << 20;
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final HttpUrl base;
    private final String prefix;
    private final ApiKey key;
    private final Redaction redaction;
    private final OkHttpClient http;
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), Wire::thread);

    Wire(HttpUrl base, ApiKey key, Redaction redaction, Duration connectTimeout, Duration timeout) {
        this.base = base;
        this.prefix = base.encodedPath().replaceAll("/+$", "");
        this.key = key;
        this.redaction = redaction;
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
        this.http = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(connectTimeout)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .callTimeout(timeout)
                // OkHttp repeats a request by itself in three cases, and a rental must not be: after a broken
                // connection, after a redirect, and (below) after a 503 with Retry-After: 0.
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .addNetworkInterceptor(chain -> chain.proceed(chain.request())
                        .newBuilder()
                        .removeHeader("Retry-After")
                        .build())
                .eventListener(new SentMark())
                .build();
    }

    /** To the service, with the key. */
    Answer send(ApiCall call) {
        HttpUrl.Builder url = base.newBuilder().encodedPath(prefix + call.path());
        call.query().forEach(url::addQueryParameter);
        Request.Builder request = new Request.Builder()
                .url(url.build())
                .header("Accept", "application/json")
                .header("User-Agent", "flightmind-java");
        if (key.value() != null) {
            request.header("Authorization", "Bearer " + key.value());
        }
        RequestBody body = null;
        if (call.hasBody()) {
            // Bytes, not text: OkHttp adds a charset to the type of a text.
            byte[] json = Json.write(call.body()).getBytes(StandardCharsets.UTF_8);
            body = RequestBody.create(json, JSON);
        }
        return exchange(request.method(call.method(), body), call.toString());
    }

    /** A plain read of an address that needs, and gets, no key. */
    Answer fetch(HttpUrl url, String what) {
        return exchange(new Request.Builder().url(url), what);
    }

    @Override
    public String toString() {
        return base.scheme() + "://" + base.host() + ":" + base.port();
    }

    @Override
    public void close() {
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
        threads.shutdown();
    }

    private Answer exchange(Request.Builder builder, String what) {
        AtomicBoolean sent = new AtomicBoolean();
        Call call = http.newCall(builder.tag(AtomicBoolean.class, sent).build());
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                answer.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call answered, Response response) {
                try (response) {
                    answer.complete(new Answer(response.code(), text(response.body(), what)));
                } catch (IOException | VastException e) {
                    answer.completeExceptionally(e);
                }
            }
        });
        try {
            return answer.get();
        } catch (InterruptedException e) {
            call.cancel();
            Thread.currentThread().interrupt();
            // OkHttp's thread may be just about to send: only its own word, which we no longer wait for, says
            // otherwise.
            throw new CancelledException(what + " was interrupted.", true, e);
        } catch (ExecutionException e) {
            throw failure(what, e.getCause() == null ? e : e.getCause(), sent.get());
        }
    }

    private static String text(ResponseBody body, String what) throws IOException {
        if (body.source().request(LARGEST_ANSWER + 1)) {
            throw new DataException(what + " was answered with more than 64 MiB.", "$", null);
        }
        return body.string();
    }

    private VastException failure(String what, Throwable cause, boolean sent) {
        if (cause instanceof VastException failure) {
            return failure;
        }
        String said = redaction.clean(String.valueOf(cause.getMessage()));
        if (cause instanceof InterruptedIOException) {
            return new TransportException(what + " took too long (" + said + ").", sent, cause);
        }
        return new TransportException(
                what + " failed: " + (sent ? "the connection broke" : "no connection to " + base.host()) + " (" + said
                        + "). Check the network and the base URL.",
                sent,
                cause);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "vast-http-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Marks a call from the first byte on: up to then the service cannot have acted. */
    private static final class SentMark extends EventListener {
        @Override
        public void requestHeadersStart(Call call) {
            AtomicBoolean sent = call.request().tag(AtomicBoolean.class);
            if (sent != null) {
                sent.set(true);
            }
        }
    }
}
