package ai.flightmind.vast;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.PromptSockets;
import ai.flightmind.vast.http.ApiKey;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.instance.LogRequest;
import ai.flightmind.vast.query.OfferQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;

/** The key is in the header and nowhere else, whatever the service sends back. */
class SecretsTest {
    private static final String KEY = FakeMarketplace.KEY;
    private static final Path LOG = Path.of("target", "test.log");

    @Test
    void theKeyIsInNoMessageTextOrLog() throws IOException {
        List<MockResponse> answers = new ArrayList<>();
        for (int status : new int[] {200, 301, 400, 401, 402, 404, 410, 429, 500, 503}) {
            answers.add(
                    answer(status, "{\"success\":false,\"error\":\"" + KEY + "\",\"msg\":\"bad key " + KEY + "\"}"));
            answers.add(answer(status, "Bearer " + KEY + " was sent to ?api_key=" + KEY));
            answers.add(answer(status, "[\"" + KEY + "\"]"));
            answers.add(answer(
                    status,
                    "{\"offers\":[{\"id\":\"" + KEY + "\"}],\"instances\":\"" + KEY + "\",\"id\":\"" + KEY
                            + "\",\"api_key\":\"" + KEY + "\"}"));
        }
        answers.add(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        StringBuilder seen = new StringBuilder();
        for (MockResponse answer : answers) {
            seen.append(everything(answer));
        }
        assertThat(seen).contains("refused").doesNotContain(KEY);
        assertThat(Files.readString(LOG)).contains("PUT /api/v0/asks/5/").doesNotContain(KEY);
    }

    private static String everything(MockResponse answer) throws IOException {
        try (MockWebServer server = new MockWebServer();
                FakeMarketplace clock = FakeMarketplace.start()) {
            server.setServerSocketFactory(new PromptSockets());
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer " + KEY);
                    assertThat(request.getTarget()).doesNotContain(KEY);
                    return answer;
                }
            });
            server.start();
            try (VastClient vast = VastClient.builder()
                    .baseUrl(server.url("/").toString())
                    .apiKey(KEY)
                    .timeline(clock.time())
                    .build()) {
                StringBuilder seen = new StringBuilder().append(vast).append(ApiKey.of(KEY));
                InstanceSpec spec = InstanceSpec.builder()
                        .image("x")
                        .imageLogin("-u me -p " + KEY)
                        .env("TOKEN", KEY)
                        .build();
                seen.append(spec);
                for (Runnable call : List.<Runnable>of(
                        () -> vast.account().user(),
                        () -> vast.offers().search(OfferQuery.parse("num_gpus=4")),
                        () -> vast.instances().create(5, spec),
                        () -> vast.instances().list(),
                        () -> vast.instances().get(7),
                        () -> vast.instances().destroy(7),
                        () -> vast.instances().logs(7, LogRequest.all()),
                        () -> vast.instances().awaitRunning(7, Duration.ofSeconds(20)),
                        () -> vast.sshKeys().list())) {
                    try {
                        call.run();
                    } catch (VastException e) {
                        StringWriter trace = new StringWriter();
                        e.printStackTrace(new PrintWriter(trace));
                        seen.append(trace);
                    }
                }
                return seen.toString();
            }
        }
    }

    private static MockResponse answer(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }
}
