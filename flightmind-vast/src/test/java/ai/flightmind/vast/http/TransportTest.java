package ai.flightmind.vast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.BadRequestException;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.NoCreditException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.UnauthorizedException;
import ai.flightmind.vast.fake.FakeTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportTest {
    private static final ApiCall READ = ApiCall.get(Endpoint.OTHER, "/api/v0/users/current");
    private static final ApiCall START =
            ApiCall.change(Endpoint.CHANGE_INSTANCE, "PUT", "/api/v0/instances/5/", Map.of("state", "running"));

    private final MockWebServer server = new MockWebServer();
    private final FakeTime time = new FakeTime();
    private Transport transport =
            new Transport("http://localhost", ApiKey.none(), time, Duration.ofSeconds(2), Duration.ofSeconds(20));

    @BeforeEach
    void start() throws IOException {
        server.start();
        transport.close();
        transport = to(server.url("/").toString());
    }

    @AfterEach
    void close() {
        transport.close();
        server.close();
    }

    private Transport to(String url) {
        return new Transport(url, ApiKey.of("k"), time, Duration.ofSeconds(2), Duration.ofSeconds(20));
    }

    private void answer(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | {\"error\":\"auth_error\",\"msg\":\"Invalid user key\"} | Unauthorized",
                "404 | {\"success\":false,\"error\":\"auth_error\",\"msg\":\"Invalid user key\"} | Unauthorized",
                "404 | {\"msg\":\"Session expired. Please log in again.\"} | Unauthorized",
                "403 | {} | Unauthorized",
                "404 | {\"error\":\"invalid_args\",\"msg\":\"error 404/3603: no_such_ask gone\"} | OfferGone",
                "410 | {\"error\":\"no_such_ask\"} | OfferGone",
                "410 | {\"error\":\"deprecated_endpoint\",\"msg\":\"use v1\"} | BadRequest",
                "400 | {\"error\":\"missing_billing\"} | NoCredit",
                "411 | {\"msg\":\"insufficient credit\"} | NoCredit",
                "400 | {\"msg\":\"Your account lacks credit; see billing\"} | NoCredit",
                "404 | {\"error\":\"no_such_instance\"} | NotFound",
                "404 | <html>nothing here</html> | NotFound",
                "400 | {\"error\":\"invalid_price\"} | BadRequest",
                "483 | {\"msg\":\"bad JSON\"} | BadRequest",
                "301 | moved | BadRequest",
                "200 | {\"success\":false,\"error\":\"no_such_instance\"} | NotFound",
                "200 | {\"success\":false} | BadRequest",
                "500 | {\"msg\":\"boom\"} | ServiceDown",
                "429 | API requests too frequent endpoint threshold=1.0 | RateLimited",
                "200 | {\"success\":false,\"error\":\"rate_limit_exceeded\"} | RateLimited",
            })
    void refusalsAreToldApart(int status, String body, String kind) {
        answer(status, body);

        assertThatThrownBy(() -> transport.call(START.repeated(Repeat.NEVER)))
                .isInstanceOf(AnswerException.class)
                .satisfies(e -> {
                    assertThat(e.getClass().getSimpleName()).isEqualTo(kind + "Exception");
                    assertThat(((AnswerException) e).status()).isEqualTo(status);
                    assertThat(e).hasMessageContaining("PUT /api/v0/instances/5/");
                });
    }

    @Test
    void everyKindIsReachable() {
        assertThat(AnswerException.class.getPermittedSubclasses())
                .containsExactlyInAnyOrder(
                        UnauthorizedException.class,
                        OfferGoneException.class,
                        NoCreditException.class,
                        RateLimitedException.class,
                        NotFoundException.class,
                        BadRequestException.class,
                        ServiceDownException.class);
    }

    @Test
    void aReadIsRepeatedWithGrowingWaits() {
        for (int i = 0; i < 3; i++) {
            answer(503, "");
        }
        answer(200, "{\"id\":1}");

        assertThat(transport.callForObject(READ).whole("id")).isEqualTo(1);

        assertThat(server.getRequestCount()).isEqualTo(4);
        assertThat(Duration.ofNanos(time.nanoTime())).isBetween(Duration.ofMillis(1750), Duration.ofMillis(5250));
    }

    @Test
    void aReadGivesUpAfterFourAttempts() {
        for (int i = 0; i < 5; i++) {
            answer(502, "bad gateway");
        }

        assertThatThrownBy(() -> transport.call(READ)).isInstanceOf(ServiceDownException.class);
        assertThat(server.getRequestCount()).isEqualTo(4);
    }

    @Test
    void aChangeIsRepeatedOnlyWhereItWasRefusedAsTooEarly() {
        answer(429, "API requests too frequent");
        answer(500, "");

        assertThatThrownBy(() -> transport.call(START)).isInstanceOf(ServiceDownException.class);
        assertThat(server.getRequestCount()).isEqualTo(2);
    }

    @Test
    void afterTooManyCallsItWaitsAsLongAsTheServiceSays() {
        answer(429, "API requests too frequent endpoint threshold=12.5");
        answer(200, "{}");

        transport.call(START);

        assertThat(Duration.ofNanos(time.nanoTime())).isGreaterThanOrEqualTo(Duration.ofMillis(12_500));
    }

    @Test
    void aRequestIsSentOnceThoughTheServiceWantsItAgainAtOnce() {
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .setHeader("Retry-After", "0")
                .build());
        answer(200, "{}");

        assertThatThrownBy(() -> transport.call(START.repeated(Repeat.NEVER))).isInstanceOf(ServiceDownException.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aRedirectIsNotFollowedWithTheKey() {
        server.enqueue(new MockResponse.Builder()
                .code(307)
                .setHeader("Location", server.url("/elsewhere").toString())
                .build());

        assertThatThrownBy(() -> transport.call(READ))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("base URL");
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void bodiesAndQueriesAreSentAsTheServiceWantsThem() throws InterruptedException {
        answer(200, "{}");
        answer(200, "{}");

        transport.call(START.query("a", "x y&z"));
        transport.call(READ);

        RecordedRequest change = server.takeRequest();
        assertThat(change.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(change.getHeaders().get("Authorization")).isEqualTo("Bearer k");
        assertThat(change.getUrl().queryParameter("a")).isEqualTo("x y&z");
        assertThat(change.getBody().utf8()).isEqualTo("{\"state\":\"running\"}");
        assertThat(server.takeRequest().getBodySize()).isZero();
    }

    @Test
    void aBaseAddressMayHaveAPath() throws InterruptedException {
        answer(200, "{}");
        try (Transport behindProxy = to(server.url("/vast/").toString())) {
            behindProxy.call(READ);
        }

        assertThat(server.takeRequest().getUrl().encodedPath()).isEqualTo("/vast/api/v0/users/current");
    }

    @Test
    void noConnectionMeansNothingWasSent() {
        String gone = server.url("/").toString();
        server.close();
        try (Transport nowhere = to(gone)) {
            assertThatThrownBy(() -> nowhere.send(START))
                    .isInstanceOfSatisfying(
                            TransportException.class, e -> assertThat(e.sent()).isFalse());
        }
    }

    @Test
    void aBrokenConnectionMayHaveBeenHeard() {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());

        assertThatThrownBy(() -> transport.send(START))
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.sent()).isTrue());
    }

    @Test
    void interruptionEndsACallThatGetsNoAnswer() throws InterruptedException {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                transport.call(READ);
            } catch (CancelledException e) {
                thrown.set(e);
            }
            ended.countDown();
        });
        caller.start();
        server.takeRequest();

        caller.interrupt();

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    }

    @Test
    void jsonThatIsBrokenSaysWhere() {
        answer(200, "{\"instances\":[{\"id\":1},{\"id\":oops}]}");

        assertThatThrownBy(() -> transport.call(READ))
                .isInstanceOfSatisfying(
                        DataException.class, e -> assertThat(e.jsonPath()).isEqualTo("$.instances[1].id"))
                .hasMessageNotContaining("oops");
    }
}
