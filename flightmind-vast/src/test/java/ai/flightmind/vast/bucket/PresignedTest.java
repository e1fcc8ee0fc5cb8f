package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.flightmind.vast.bucket.store.PresignedAddress;
import ai.flightmind.vast.bucket.store.PresignedUpload;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that work without a key, for a client that knows nothing of S3. */
class PresignedTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int PART = 5 << 20;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private S3Server server;
    private Bucket bucket;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(Files.createDirectory(directory.resolve("store")));
        bucket = server.bucket().build();
    }

    @AfterEach
    void stop() throws Exception {
        bucket.close();
        server.close();
        Leaks.assertNone();
    }

    @Test
    void oneObjectIsStoredAndReadWithoutAKey() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 1000, 1);
        String sha256 = RandomFile.sha256(file);
        PresignedAddress put = bucket.presignPut("a b/f", sha256, HOUR);
        assertThat(send(put, Files.readAllBytes(file)).statusCode()).isEqualTo(200);
        HttpResponse<byte[]> got = send(bucket.presignGet("a b/f", HOUR), new byte[0]);
        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo(Files.readAllBytes(file));

        Transfer down = bucket.download("a b/f", directory.resolve("back"), p -> {});
        assertThat(down.verified()).isTrue();
        assertThat(down.sha256()).isEqualTo(sha256);
        assertThat(put.expires())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(55)),
                        Instant.now().plus(HOUR));
    }

    @Test
    void anAddressDoesNothingElseAndNotForLong() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 1000, 1);
        bucket.upload(file, "f", p -> {});
        PresignedAddress get = bucket.presignGet("f", HOUR);
        PresignedAddress asPut = new PresignedAddress("PUT", get.uri(), get.headers(), get.expires());
        assertThat(send(asPut, new byte[3]).statusCode()).isEqualTo(403);
        PresignedAddress elsewhere = new PresignedAddress(
                "GET", java.net.URI.create(get.uri().toString().replace("/f?", "/g?")), get.headers(), get.expires());
        assertThat(send(elsewhere, new byte[0]).statusCode()).isEqualTo(403);

        PresignedAddress brief = bucket.presignGet("f", Duration.ofSeconds(1));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int status = 200;
        while (status == 200 && System.nanoTime() < deadline) {
            status = send(brief, new byte[0]).statusCode();
        }
        assertThat(status).isEqualTo(403);
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.presignGet("f", Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.presignGet("f", Duration.ofDays(8)));
    }

    @Test
    void anUploadInPartsIsDoneByAPlainClient() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 2 * PART + 11, 2);
        byte[] bytes = Files.readAllBytes(file);
        PresignedUpload upload = bucket.presignUpload("f", bytes.length, RandomFile.sha256(file), HOUR);
        assertThat(upload.parts()).hasSize(3);
        StringBuilder list = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < 3; i++) {
            byte[] part = Arrays.copyOfRange(bytes, i * PART, Math.min(bytes.length, (i + 1) * PART));
            HttpResponse<byte[]> answer = send(upload.parts().get(i), part);
            assertThat(answer.statusCode()).isEqualTo(200);
            list.append("<Part><PartNumber>")
                    .append(i + 1)
                    .append("</PartNumber><ETag>")
                    .append(answer.headers().firstValue("ETag").orElseThrow())
                    .append("</ETag></Part>");
        }
        list.append("</CompleteMultipartUpload>");
        assertThat(send(upload.complete(), list.toString().getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(200);
        Path back = directory.resolve("back");
        assertThat(bucket.download("f", back, p -> {}).verified()).isTrue();
        assertThat(back).hasSameBinaryContentAs(file);
    }

    @Test
    void whatWasStoredWithoutAChecksumComesDownButIsNotCalledVerified() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), PART + 11, 2);
        byte[] bytes = Files.readAllBytes(file);
        PresignedUpload upload = bucket.presignUpload("f", bytes.length, HOUR);
        StringBuilder list = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < 2; i++) {
            byte[] part = Arrays.copyOfRange(bytes, i * PART, Math.min(bytes.length, (i + 1) * PART));
            String etag = send(upload.parts().get(i), part)
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            list.append("<Part><PartNumber>" + (i + 1) + "</PartNumber><ETag>" + etag + "</ETag></Part>");
        }
        list.append("</CompleteMultipartUpload>");
        send(upload.complete(), list.toString().getBytes(StandardCharsets.UTF_8));
        Path back = directory.resolve("back");
        assertThat(bucket.download("f", back, p -> {}).verified()).isFalse();
        assertThat(back).hasSameBinaryContentAs(file);

        send(bucket.presignPut("g", HOUR), bytes);
        assertThat(bucket.download("g", directory.resolve("g"), p -> {}).verified())
                .as("by its MD5")
                .isTrue();
    }

    @Test
    void anUploadThatIsNotWantedIsAborted() throws Exception {
        PresignedUpload upload = bucket.presignUpload("f", PART + 1, HOUR);
        assertThat(send(upload.abort(), new byte[0]).statusCode()).isEqualTo(204);
        String list = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
                + "</CompleteMultipartUpload>";
        assertThat(send(upload.complete(), list.getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isBetween(400, 499);
        assertThat(bucket.exists("f")).isFalse();
    }

    @Test
    void aShellWithCurlDoesTheUpload() throws Exception {
        assumeThat(canRun("curl", "--version")).as("curl is there").isTrue();
        Path file = RandomFile.write(directory.resolve("my file"), 2 * PART + 11, 3);
        PresignedUpload upload = bucket.presignUpload("f", Files.size(file), RandomFile.sha256(file), HOUR);
        Path script = Files.writeString(directory.resolve("upload.sh"), upload.shellScript());
        Path said = directory.resolve("said");
        Process shell = new ProcessBuilder("sh", script.toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).as(() -> read(said)).isZero();
        Path back = directory.resolve("back");
        assertThat(bucket.download("f", back, p -> {}).verified()).isTrue();
        assertThat(back).hasSameBinaryContentAs(file);
    }

    @Test
    void theShellRefusesAFileOfAnotherSize() throws Exception {
        assumeThat(canRun("curl", "--version")).as("curl is there").isTrue();
        Path file = RandomFile.write(directory.resolve("f"), 10, 3);
        PresignedUpload upload = bucket.presignUpload("f", 11, HOUR);
        Path script = Files.writeString(directory.resolve("upload.sh"), upload.shellScript());
        Process shell = new ProcessBuilder("sh", script.toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).isEqualTo(2);
        assertThat(directory.resolve("said")).content().contains("10 bytes, not 11");
    }

    @Test
    void theSignatureIsInNoText() {
        PresignedAddress get = bucket.presignGet("f", HOUR);
        String signature = get.uri().getQuery().replaceAll(".*X-Amz-Signature=", "");
        assertThat(signature).hasSizeGreaterThan(60);
        PresignedUpload upload = bucket.presignUpload("f", 11, HOUR);
        assertThat(get + " " + upload + " " + upload.complete())
                .contains("GET http://127.0.0.1")
                .doesNotContain("Signature", signature);
        assertThat(get.uri() + upload.shellScript()).doesNotContain(S3Server.SECRET);
    }

    private HttpResponse<byte[]> send(PresignedAddress address, byte[] body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.uri())
                .method(
                        address.method(),
                        address.method().equals("GET") || address.method().equals("DELETE")
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(body));
        address.headers().forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static boolean canRun(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
