package ai.flightmind.vast;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.FakeTime;
import ai.flightmind.vast.fake.PromptSockets;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.json.Json;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;

/** Answers with bytes and values changed at random give a result or a typed error, nothing else. */
class MutatedAnswersTest {
    private static final int ANSWERS = 10_000;
    private static final String[] VALUES = {
        "null",
        "true",
        "-1",
        "1e308",
        "99999999999999999999",
        "\"\"",
        "\"x\"",
        "[]",
        "{}",
        "[[]]",
        "{\"a\":[null]}",
        "0.5"
    };

    private volatile String answer = "";

    @Test
    void mutatedAnswersGiveAResultOrATypedError() throws IOException, InterruptedException {
        List<String> texts = originals();
        List<Function<VastClient, Object>> calls = List.of(
                vast -> vast.instances().list(),
                vast -> vast.instances().list(InstanceFilter.all().label("a").columns(List.of("label"))),
                vast -> everyField(vast.instances().get(1000)),
                vast -> String.valueOf(vast.instances().get(1000).sshAddress()),
                vast -> vast.account().user(),
                vast -> vast.sshKeys().list());
        List<Integer> answersOf = List.of(0, 0, 1, 1, 2, 3);
        Random random = new Random(4);
        int understood = 0;
        try (MockWebServer server = new MockWebServer()) {
            server.setServerSocketFactory(new PromptSockets());
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return new MockResponse.Builder().body(answer).build();
                }
            });
            server.start();
            try (VastClient vast = VastClient.builder()
                    .baseUrl(server.url("/").toString())
                    .apiKey("k")
                    .timeline(new FakeTime())
                    .build()) {
                for (int i = 0; i < ANSWERS; i++) {
                    int call = random.nextInt(calls.size());
                    answer = mutate(texts.get(answersOf.get(call)), random);
                    try {
                        assertThat(calls.get(call).apply(vast)).isNotNull();
                        understood++;
                    } catch (VastException e) {
                        assertThat(e.getMessage()).isNotBlank();
                    }
                }
            }
        }
        assertThat(understood).isBetween(ANSWERS / 50, ANSWERS * 49 / 50);
    }

    /** Each method that only reads gives a value or a typed error. */
    private static String everyField(Instance instance) {
        StringBuilder fields = new StringBuilder(instance.toString());
        for (Method method : Instance.class.getMethods()) {
            if (method.getDeclaringClass() == Instance.class && method.getParameterCount() == 0) {
                try {
                    fields.append(method.invoke(instance));
                } catch (InvocationTargetException e) {
                    assertThat(e.getCause()).as(method.getName()).isInstanceOf(DataException.class);
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return fields.toString();
    }

    private static String mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0 && !mutated.isEmpty(); i--) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(5)) {
                case 0 -> mutated.setCharAt(at, (char) random.nextInt(128));
                case 1 -> mutated.deleteCharAt(at);
                case 2 -> mutated.setLength(Math.max(1, at));
                case 3 -> mutated.insert(at, VALUES[random.nextInt(VALUES.length)]);
                default -> replaceValue(mutated, random);
            }
        }
        return mutated.toString();
    }

    /** One field's value, so that the JSON stays whole. */
    private static void replaceValue(StringBuilder text, Random random) {
        int colon = text.indexOf(":", random.nextInt(text.length()));
        if (colon < 0 || colon + 1 >= text.length() || "[{".indexOf(text.charAt(colon + 1)) >= 0) {
            return;
        }
        int end = colon + 1;
        boolean quoted = text.charAt(end) == '"';
        do {
            end++;
        } while (end < text.length() && (quoted ? text.charAt(end) != '"' : ",}]".indexOf(text.charAt(end)) < 0));
        text.replace(colon + 1, Math.min(text.length(), quoted ? end + 1 : end), VALUES[random.nextInt(VALUES.length)]);
    }

    private static List<String> originals() throws IOException, InterruptedException {
        List<String> texts = new ArrayList<>();
        HttpClient plain = HttpClient.newHttpClient();
        try (FakeMarketplace fake =
                        FakeMarketplace.start().enforceIntervals(false).addSshKey("ssh-ed25519 AAAA me");
                VastClient vast = fake.client()) {
            fake.add(FakeOffer.h100(1, 4, 8));
            long id = vast.instances()
                    .create(1, InstanceSpec.builder().image("x").build())
                    .id();
            vast.instances().awaitRunning(id, Duration.ofMinutes(9));
            for (String path : List.of(
                    "/api/v1/instances/", "/api/v0/instances/" + id + "/", "/api/v0/users/current", "/api/v0/ssh/")) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(fake.url() + path))
                        .header("Authorization", "Bearer " + FakeMarketplace.KEY)
                        .build();
                String text = plain.send(request, HttpResponse.BodyHandlers.ofString())
                        .body();
                texts.add(Json.write(Json.read(text.replace("\"id\":" + id, "\"id\":1000"))));
            }
        }
        return texts;
    }
}
