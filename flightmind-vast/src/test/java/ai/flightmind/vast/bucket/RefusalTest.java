package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.fake.PromptSockets;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stores answer that our own server does not: each is told apart, says what to do, and repeats no secret. */
class RefusalTest {
    private static final String ID = "AKIDREFUSED000000001";
    private static final String SECRET = "refusedSecret/0123456789";
    private static final String TOKEN = "refusedToken/abcdefghij";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            403 | InvalidAccessKeyId           | WRONG_KEY    | belong together
            403 | SignatureDoesNotMatch        | WRONG_KEY    | belong together
            400 | ExpiredToken                 | WRONG_KEY    | expired
            403 | AccessDenied                 | NOT_ALLOWED  | check()
            404 | NoSuchBucket                 | NO_BUCKET    | Create the bucket
            403 | RequestTimeTooSkewed         | CLOCK_SKEW   | clock
            400 | AuthorizationHeaderMalformed | WRONG_REGION | region
            301 | PermanentRedirect            | WRONG_REGION | region
            507 | InsufficientStorage          | NO_QUOTA     | limit
            403 | QuotaExceeded                | NO_QUOTA     | limit
            503 | SlowDown                     | STORE_DOWN   | later
            500 | InternalError                | STORE_DOWN   | later
            400 | MalformedXML                 | REFUSED      | will not help
            """)
    void aRefusalIsToldApart(int status, String code, Reason reason, String says) throws IOException {
        String text = "because " + ID + " with " + SECRET + " and " + TOKEN;
        BucketException e = failure(status, code, text);
        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e.status()).isEqualTo(status);
        assertThat(e.code()).isEqualTo(code);
        assertThat(e).hasMessageContaining(says).hasMessageContaining("because <key>");
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(ID, SECRET, TOKEN, "software.amazon.awssdk.services.s3.model");
    }

    @Test
    void backblazesCapIsAQuota() throws IOException {
        BucketException e = failure(403, "AccessDenied", "Cannot upload files, storage cap exceeded.");
        assertThat(e.reason()).isEqualTo(Reason.NO_QUOTA);
    }

    @Test
    void aPageOfAProxyIsNoList() throws IOException {
        try (MockWebServer server = serving(new MockResponse.Builder()
                        .code(502)
                        .body("<html>Bad Gateway</html>")
                        .build());
                Bucket bucket = bucket(server)) {
            assertThat(failure(bucket).reason()).isEqualTo(Reason.STORE_DOWN);
        }
    }

    @Test
    void silenceEndsInATimeOut() throws IOException {
        try (MockWebServer server = serving(new MockResponse.Builder()
                        .headersDelay(10, java.util.concurrent.TimeUnit.SECONDS)
                        .build());
                Bucket bucket = builder(server)
                        .stallTimeout(Duration.ofMillis(300))
                        .attempts(1)
                        .build()) {
            BucketException e = failure(bucket);
            assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(e).hasMessageContaining("silent");
        }
    }

    @Test
    void theCheckSaysWhichRightIsMissing() throws IOException {
        MockWebServer server = new MockWebServer();
        try (server) {
            server.setServerSocketFactory(new PromptSockets());
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return request.getMethod().equals("GET")
                            ? new MockResponse.Builder()
                                    .body("<ListBucketResult><Name>b</Name></ListBucketResult>")
                                    .build()
                            : refusal(403, "AccessDenied", "no");
                }
            });
            server.start();
            try (Bucket bucket = bucket(server)) {
                BucketCheck check = bucket.check();
                assertThat(check.passed()).isFalse();
                assertThat(check.steps())
                        .extracting(step -> step.name() + " " + step.problem().isEmpty())
                        .containsExactly("list true", "write false", "upload in parts false");
                assertThat(check.toString()).contains("[x] list", "[ ] write: ", "may not do this");
            }
        }
    }

    @Test
    void noSecretIsInTheLog() throws IOException {
        failure(403, "AccessDenied", "because " + ID + " with " + SECRET + " and " + TOKEN);
        failure(503, "SlowDown", "because " + ID + " with " + SECRET + " and " + TOKEN);
        assertThat(Files.readString(Path.of("target", "test.log")))
                .contains("because <key> with <secret> and <token>")
                .doesNotContain(ID, SECRET, TOKEN, S3Server.SECRET);
    }

    @Test
    void aMissingClientIsNamed() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            if (!entry.contains("awssdk")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader without =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> bucket = without.loadClass("ai.flightmind.vast.bucket.Bucket");
            Object builder = bucket.getMethod("builder").invoke(null);
            builder.getClass().getMethod("endpoint", String.class).invoke(builder, "https://s3.example.com");
            builder.getClass().getMethod("bucket", String.class).invoke(builder, "abc");
            Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(
                    () -> builder.getClass().getMethod("build").invoke(builder));
            assertThat(thrown).cause().asString().contains("BucketException", "software.amazon.awssdk:s3");
        }
    }

    private static BucketException failure(int status, String code, String text) throws IOException {
        try (MockWebServer server = serving(refusal(status, code, text));
                Bucket bucket = bucket(server)) {
            return failure(bucket);
        }
    }

    private static BucketException failure(Bucket bucket) {
        try {
            bucket.list("");
        } catch (VastException e) {
            return (BucketException) e;
        }
        throw new AssertionError("not refused");
    }

    private static MockResponse refusal(int status, String code, String text) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/xml")
                .body("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + text
                        + "</Message><RequestId>1</RequestId></Error>")
                .build();
    }

    private static MockWebServer serving(MockResponse answer) throws IOException {
        MockWebServer server = new MockWebServer();
        server.setServerSocketFactory(new PromptSockets());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answer;
            }
        });
        server.start();
        return server;
    }

    private static Bucket.Builder builder(MockWebServer server) {
        return Bucket.builder()
                .endpoint("http://127.0.0.1:" + server.getPort())
                .bucket("models")
                .credentials(BucketCredentials.of(ID, SECRET, TOKEN))
                .attempts(2);
    }

    private static Bucket bucket(MockWebServer server) {
        return builder(server).build();
    }
}
