package ai.flightmind.vast.recorded;

import ai.flightmind.vast.fake.PromptSockets;
import ai.flightmind.vast.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** Writes down what is sent to it, and answers as the server of the recording did. */
final class RecordingServer implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();
    private final RecordedCase recorded;
    private final List<SentRequest> sent = new ArrayList<>();
    private int scripted;
    private int polls;

    RecordingServer(RecordedCase recorded) {
        this.recorded = recorded;
        server.setServerSocketFactory(new PromptSockets());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answer(request);
            }
        });
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return server.url("/").toString();
    }

    synchronized List<SentRequest> sent() {
        return List.copyOf(sent);
    }

    @Override
    public void close() {
        server.close();
    }

    private synchronized MockResponse answer(RecordedRequest request) {
        Map<String, String> query = new TreeMap<>();
        for (String name : request.getUrl().queryParameterNames()) {
            query.put(name, String.valueOf(request.getUrl().queryParameter(name)));
        }
        String text = request.getBody() == null ? "" : request.getBody().utf8();
        String path = request.getUrl().encodedPath();
        sent.add(SentRequest.of(request.getMethod(), path, query, text.isEmpty() ? null : Json.read(text)));
        if (path.startsWith("/s3/")) {
            return ++polls == 1 ? json(404, "x") : json(200, "line one");
        }
        List<?> script = recorded.script();
        if (!script.isEmpty()) {
            List<?> step = (List<?>) script.get(Math.min(scripted++, script.size() - 1));
            return json(((Number) step.get(0)).intValue(), step.get(1));
        }
        return json(200, usual(path, query));
    }

    private Object usual(String path, Map<String, String> query) {
        if (path.equals("/api/v1/instances/")) {
            Map<String, @Nullable Object> page = new LinkedHashMap<>();
            page.put("success", true);
            page.put("instances", recorded.instances());
            boolean first = recorded.name().contains("two-pages") && !query.containsKey("after_token");
            page.put("next_token", first ? "tok-1" : null);
            return page;
        }
        if (path.equals("/api/v0/ssh/") || path.endsWith("/cloud_integrations/")) {
            return Map.of("success", true, "ssh_keys", List.of(), "cloud_integrations", List.of());
        }
        if (path.equals("/api/v0/users/current")) {
            return Map.of("id", 123_456, "credit", 25.0, "balance", 0.0);
        }
        if (path.startsWith("/api/v0/instances/command") || path.startsWith("/api/v0/instances/request_logs")) {
            String file = path.contains("command") ? "cmd.log" : "logs.log";
            return Map.of("success", true, "result_url", url() + "s3/" + file);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("success", true);
        answer.put("new_contract", 7);
        answer.put("instances", null);
        for (String list : List.of("filters", "offers", "volumes", "templates", "results")) {
            answer.put(list, List.of());
        }
        answer.put("secrets", Map.of());
        return answer;
    }

    private static MockResponse json(int status, @Nullable Object body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(Json.write(body))
                .build();
    }
}
