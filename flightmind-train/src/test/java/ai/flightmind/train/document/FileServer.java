package ai.flightmind.train.document;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/** Serves a directory by ranges, and plays the Hub with it; well, or as badly as networks do. */
public final class FileServer extends Dispatcher implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
    static final String COMMIT = "0123456789abcdef";

    private final Path directory;
    private final MockWebServer server = new MockWebServer();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    final AtomicLong bytesServed = new AtomicLong();
    final List<String> tokens = new CopyOnWriteArrayList<>();
    private volatile boolean troubled;

    public FileServer(Path directory) {
        this.directory = directory;
        server.setDispatcher(this);
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url(String path) {
        return server.url("/" + path).toString();
    }

    /** From now on what is asked for is got as it should be only at the fifth time. */
    public FileServer withTrouble() {
        troubled = true;
        return this;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        String token = request.getHeaders().get("Authorization");
        if (token != null) {
            tokens.add(token);
        }
        String what = request.getTarget() + request.getHeaders().get("Range");
        int kind = troubled ? asked.merge(what, 1, Integer::sum) % 5 : 4;
        if (kind == 0) {
            return new MockResponse.Builder()
                    .onResponseStart(new SocketEffect.CloseSocket())
                    .build();
        }
        if (kind == 1) {
            return new MockResponse.Builder()
                    .code(429)
                    .addHeader("Retry-After", "0")
                    .build();
        }
        if (kind == 2) {
            return new MockResponse.Builder().code(503).build();
        }
        MockResponse answer = answer(request);
        return kind == 3
                ? answer.newBuilder()
                        .onResponseBody(new SocketEffect.CloseSocket())
                        .build()
                : answer;
    }

    private MockResponse answer(RecordedRequest request) {
        String path = request.getUrl().encodedPath();
        if (path.equals("/api/datasets/some/data/revision/main")) {
            return json("{\"id\": \"some/data\", \"sha\": \"" + COMMIT + "\"}");
        }
        if (path.equals("/api/datasets/some/data/tree/" + COMMIT + "/part")) {
            return tree(request);
        }
        Path file = directory.resolve(path.replaceFirst("^/datasets/some/data/resolve/" + COMMIT + "/part/", "/")
                .substring(1));
        Matcher range = RANGE.matcher(String.valueOf(request.getHeaders().get("Range")));
        if (!Files.isRegularFile(file)) {
            return new MockResponse.Builder().code(404).build();
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (!range.matches()) {
                return new MockResponse.Builder()
                        .body(new Buffer().write(bytes))
                        .build();
            }
            int from = Integer.parseInt(range.group(1));
            int to = Math.min(bytes.length - 1, Integer.parseInt(range.group(2)));
            bytesServed.addAndGet(to - from + 1);
            return new MockResponse.Builder()
                    .code(206)
                    .addHeader("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length)
                    .body(new Buffer().write(bytes, from, to - from + 1))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The Hub's listing, in two pages. */
    private MockResponse tree(RecordedRequest request) {
        boolean second = request.getUrl().queryParameter("cursor") != null;
        try (var files = Files.list(directory)) {
            List<Path> sorted = files.sorted().toList();
            int half = sorted.size() / 2;
            List<Path> page = second ? sorted.subList(half, sorted.size()) : sorted.subList(0, half);
            StringBuilder entries = new StringBuilder(
                    "[{\"type\": \"directory\", \"oid\": \"d\", \"size\": 0," + " \"path\": \"part/more\"}");
            for (Path file : page) {
                entries.append(", {\"type\": \"file\", \"oid\": \"f\", \"lfs\": {\"size\": 1}, \"size\": ")
                        .append(Files.size(file))
                        .append(", \"path\": \"part/")
                        .append(file.getFileName())
                        .append("\"}");
            }
            MockResponse.Builder answer = json(entries.append("]").toString()).newBuilder();
            String next = request.getUrl()
                    .newBuilder()
                    .addQueryParameter("cursor", "x")
                    .build()
                    .toString();
            return second
                    ? answer.build()
                    : answer.addHeader("Link", "<" + next + ">; rel=\"next\"").build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MockResponse json(String body) {
        return new MockResponse.Builder()
                .addHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    @Override
    public void close() {
        server.close();
    }
}
