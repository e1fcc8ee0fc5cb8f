package ai.flightmind.vast.bucket.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Carries the S3 client's requests over okhttp. Its own, since a read of a socket does not notice an interruption, and only
 * okhttp lets another thread end one call at once. Thread-safe.
 */
final class OkHttpWire implements SdkHttpClient {
    private static final List<String> CUT_SHORT =
            List.of("<Code>InvalidRequest<", "<Code>IncompleteBody<", "<Code>RequestTimeout<");
    private static final long ERROR_BYTES = 4096;
    private static final int PIECE_BYTES = 64 * 1024;
    private static final ThreadLocal<@Nullable LongConsumer> SENT = new ThreadLocal<>();

    private final OkHttpClient client;
    private final Map<Thread, Call> calls = new ConcurrentHashMap<>();

    /** @param stall the longest time in which no byte moves */
    OkHttpWire(Duration connectTimeout, Duration stall) {
        client = new OkHttpClient.Builder()
                .connectTimeout(connectTimeout)
                .readTimeout(stall)
                .writeTimeout(stall)
                .followRedirects(false)
                .build();
    }

    /** Tells how many bytes of the body have gone, from 0 again with each attempt, while this thread does the work. */
    static <T> T counting(LongConsumer counter, Supplier<T> work) {
        SENT.set(counter);
        try {
            return work.get();
        } finally {
            SENT.remove();
        }
    }

    /** Breaks off what the thread is calling. */
    void cancel(Thread thread) {
        Call call = calls.get(thread);
        if (call != null) {
            call.cancel();
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        Call call = client.newCall(translate(request));
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                Thread thread = Thread.currentThread();
                calls.put(thread, call);
                boolean open = false;
                try {
                    Response response = call.execute();
                    requireWhole(call.request(), response);
                    open = true;
                    return translate(response, () -> calls.remove(thread, call), call);
                } finally {
                    if (!open) {
                        calls.remove(thread, call);
                    }
                }
            }

            @Override
            public void abort() {
                call.cancel();
            }
        };
    }

    /**
     * A store that gets half a part from a line that broke may call the request a bad one, and the answer may come through
     * nevertheless. There is nothing else in such a request to be bad, so it is the line's failure, and worth another attempt.
     */
    private static void requireWhole(Request request, Response response) throws IOException {
        if (response.code() == 400 && request.url().queryParameter("partNumber") != null) {
            String answer = response.peekBody(ERROR_BYTES).string();
            if (CUT_SHORT.stream().anyMatch(answer::contains)) {
                response.close();
                throw new IOException("the store did not get all of the part");
            }
        }
    }

    private Request translate(HttpExecuteRequest execute) {
        SdkHttpRequest request = execute.httpRequest();
        Request.Builder builder =
                new Request.Builder().url(HttpUrl.get(request.getUri().toString()));
        request.forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("Content-Length")) {
                values.forEach(value -> builder.addHeader(name, value));
            }
        });
        if (request.firstMatchingHeader("Accept-Encoding").isEmpty()) {
            builder.header("Accept-Encoding", "identity");
        }
        String method = request.method().name();
        ContentStreamProvider content = execute.contentStreamProvider().orElse(null);
        long length = request.firstMatchingHeader("Content-Length")
                .map(Long::parseLong)
                .orElse(content == null ? 0L : -1L);
        String type = request.firstMatchingHeader("Content-Type").orElse(null);
        boolean mayHaveBody = method.equals("PUT") || method.equals("POST");
        return builder.method(method, mayHaveBody ? new Body(content, length, type, SENT.get()) : null)
                .build();
    }

    private static HttpExecuteResponse translate(Response response, Runnable done, Call call) {
        SdkHttpFullResponse.Builder head =
                SdkHttpFullResponse.builder().statusCode(response.code()).statusText(response.message());
        for (String name : response.headers().names()) {
            head.putHeader(name, List.copyOf(response.headers(name)));
        }
        InputStream body = new FilterInputStream(response.body().byteStream()) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    done.run();
                }
            }
        };
        return HttpExecuteResponse.builder()
                .response(head.build())
                .responseBody(AbortableInputStream.create(body, call::cancel))
                .build();
    }

    @Override
    public String clientName() {
        return "okhttp";
    }

    @Override
    public void close() {
        calls.values().forEach(Call::cancel);
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    /** May be sent again: every attempt opens the content anew. */
    private static final class Body extends RequestBody {
        private final @Nullable ContentStreamProvider content;
        private final long length;
        private final @Nullable String type;
        private final @Nullable LongConsumer counter;

        Body(
                @Nullable ContentStreamProvider content,
                long length,
                @Nullable String type,
                @Nullable LongConsumer counter) {
            this.content = content;
            this.length = length;
            this.type = type;
            this.counter = counter;
        }

        @Override
        public @Nullable MediaType contentType() {
            return type == null ? null : MediaType.parse(type);
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            if (content == null) {
                return;
            }
            byte[] piece = new byte[PIECE_BYTES];
            long count = 0;
            try (InputStream in = content.newStream()) {
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    sink.write(piece, 0, n);
                    count += n;
                    if (counter != null) {
                        counter.accept(count);
                    }
                }
            }
        }
    }
}
