package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import ai.flightmind.vast.bucket.store.StoredObject;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket against a real server on loopback. */
class BucketTest {
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
    void aFileOfSeveralPartsComesBackAsItWas() throws Exception {
        Path file = RandomFile.write(directory.resolve("best.ckpt"), (17 << 20) + 3, 1);
        List<TransferProgress> progress = new ArrayList<>();
        Transfer up = bucket.upload(file, "best.ckpt", progress::add);
        assertThat(up.sha256()).isEqualTo(RandomFile.sha256(file));
        assertThat(up.movedBytes()).isEqualTo(up.sizeBytes()).isEqualTo(Files.size(file));
        assertThat(up.verified()).isTrue();
        assertThat(progress).isSortedAccordingTo((a, b) -> Long.compare(a.doneBytes(), b.doneBytes()));
        assertThat(progress.get(progress.size() - 1).share()).isEqualTo(1);

        Path back = directory.resolve("sub/back.ckpt");
        progress.clear();
        Transfer down = bucket.download("best.ckpt", back, progress::add);
        assertThat(back).hasSameBinaryContentAs(file);
        assertThat(down.sha256()).isEqualTo(up.sha256());
        assertThat(down.verified()).isTrue();
        assertThat(progress.get(progress.size() - 1).share()).isEqualTo(1);
        try (Stream<Path> left = Files.list(back.getParent())) {
            assertThat(left).containsExactly(back);
        }
    }

    @Test
    void smallAndEmptyFilesWorkToo() throws Exception {
        for (int bytes : new int[] {0, 1, 1000}) {
            Path file = RandomFile.write(directory.resolve("f" + bytes), bytes, 2);
            assertThat(bucket.upload(file, "a b/ü+&=" + bytes, p -> {}).movedBytes())
                    .isEqualTo(bytes);
            Path back = directory.resolve("back" + bytes);
            assertThat(bucket.download("a b/ü+&=" + bytes, back, p -> {}).verified())
                    .isTrue();
            assertThat(back).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void whatIsThereIsNotMovedAgain() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 6 << 20, 3);
        bucket.upload(file, "f", p -> {});
        assertThat(bucket.upload(file, "f", p -> {}).movedBytes()).isZero();
        Path back = directory.resolve("back");
        assertThat(bucket.download("f", back, p -> {}).movedBytes()).isEqualTo(6 << 20);
        assertThat(bucket.download("f", back, p -> {}).movedBytes()).isZero();
        Files.write(back, new byte[] {1, 2, 3});
        bucket.download("f", back, p -> {});
        assertThat(back).hasSameBinaryContentAs(file);
    }

    @Test
    void listsFindsTheNewestAndDeletes() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 10, 4);
        for (String key : List.of("step_100", "step_200", "other")) {
            bucket.upload(file, key, p -> {});
        }
        assertThat(bucket.list("")).extracting(StoredObject::key).containsExactly("other", "step_100", "step_200");
        assertThat(bucket.list("step_")).hasSize(2).allMatch(object -> object.sizeBytes() == 10);
        assertThat(bucket.newest("step_")).map(StoredObject::key).contains("step_200");
        assertThat(bucket.newest("none")).isEmpty();
        assertThat(bucket.exists("other")).isTrue();
        bucket.delete("other");
        bucket.delete("other");
        assertThat(bucket.exists("other")).isFalse();
    }

    @Test
    void theCheckPassesAndLeavesNothing() {
        BucketCheck check = bucket.check();
        assertThat(check.problem()).isEmpty();
        assertThat(check.steps())
                .extracting(BucketCheck.Step::name)
                .containsExactly("list", "write", "read", "upload in parts", "delete");
        assertThat(bucket.list("")).isEmpty();
    }

    @Test
    void aWrongSecretSaysSo() {
        try (Bucket wrong = server.bucket()
                .credentials(BucketCredentials.of(S3Server.ID, "another/secret"))
                .build()) {
            assertReason(Reason.WRONG_KEY, "secret", () -> wrong.list(""));
            assertReason(Reason.WRONG_KEY, "secret", () -> wrong.exists("x"));
            assertThat(wrong.check().steps()).hasSize(1);
            assertThat(wrong.check().problem()).get().asString().contains("belong together");
        }
        try (Bucket wrong = server.bucket()
                .credentials(BucketCredentials.of("AKIDNOBODY0000000000", "another/secret"))
                .build()) {
            assertReason(Reason.WRONG_KEY, "identifier", () -> wrong.exists("x"));
        }
    }

    @Test
    void aMissingBucketOrObjectSaysSo() throws Exception {
        try (Bucket none = server.bucket().bucket("not-there").build()) {
            assertReason(Reason.NO_BUCKET, "not-there", () -> none.list(""));
            assertReason(Reason.NO_BUCKET, "not-there", () -> none.exists("x"));
            Path file = RandomFile.write(directory.resolve("f"), 10, 4);
            assertReason(Reason.NO_BUCKET, "Create the bucket", () -> none.upload(file, "f", p -> {}));
            assertThat(none.check().passed()).isFalse();
        }
        assertReason(
                Reason.NO_OBJECT, "runs/d24/none", () -> bucket.download("none", directory.resolve("none"), p -> {}));
        assertReason(Reason.LOCAL_FILE, "no file", () -> bucket.upload(directory.resolve("no"), "no", p -> {}));
    }

    @Test
    void aServerThatIsNotThereSaysSo() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Bucket nobody =
                S3Server.bucketAt("http://127.0.0.1:" + port).attempts(2).build()) {
            assertReason(Reason.UNREACHABLE, "127.0.0.1:" + port, () -> nobody.list(""));
        }
        try (Bucket nobody = S3Server.bucketAt("http://nowhere.invalid")
                .attempts(1)
                .connectTimeout(Duration.ofSeconds(5))
                .build()) {
            assertReason(Reason.UNREACHABLE, "no host", () -> nobody.list(""));
        }
    }

    private static void assertReason(
            Reason reason, String says, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BucketException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(says)
                .hasMessageNotContaining(S3Server.SECRET);
    }
}
