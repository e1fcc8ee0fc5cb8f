package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.bucket.store.StoreAddress;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import ai.flightmind.vast.error.CancelledException;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a transfer when the caller, the line, the file or the object does not hold still. */
class InterruptedTransferTest {
    private static final Logger LOG = LoggerFactory.getLogger(InterruptedTransferTest.class);
    private static final int PART = 5 << 20;

    @TempDir
    Path directory;

    private S3Server server;
    private CuttingProxy line;
    private Bucket bucket;
    private Bucket direct;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(Files.createDirectory(directory.resolve("store")));
        line = new CuttingProxy(server.port());
        bucket = S3Server.bucketAt(line.endpoint()).parallelParts(2).build();
        direct = server.bucket().build();
    }

    @AfterEach
    void stop() throws Exception {
        bucket.close();
        direct.close();
        line.close();
        server.close();
        Leaks.assertNone();
    }

    @Test
    void anInterruptedUploadGoesOnInAnotherProgram() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART + 7, 1);
        interruptInTheMiddle(() -> bucket.upload(file, "f", progress -> {}));
        assertThat(direct.exists("f")).isFalse();

        Transfer rest = direct.upload(file, "f", progress -> {});
        assertThat(rest.movedBytes()).isBetween(5L * PART, 6L * PART + 7);
        assertSameInBucket(file, "f");
    }

    @Test
    void anInterruptedDownloadGoesOnInAnotherProgram() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART + 7, 2);
        direct.upload(file, "f", progress -> {});
        Path back = directory.resolve("back");
        interruptInTheMiddle(() -> bucket.download("f", back, progress -> {}));
        assertThat(back).doesNotExist();
        assertThat(directory.resolve("back.part")).exists();

        Transfer rest = direct.download("f", back, progress -> {});
        assertThat(rest.movedBytes()).isBetween(5L * PART, 6L * PART + 7);
        assertThat(back).hasSameBinaryContentAs(file);
        assertThat(directory.resolve("back.part")).doesNotExist();
        assertThat(directory.resolve("back.part.note")).doesNotExist();
    }

    @Test
    void interruptionEndsACallThatTheServerDoesNotAnswer() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 4 * PART, 3);
        line.holdAfter(2L << 20);
        CompletableFuture<Duration> away = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                bucket.upload(file, "f", progress -> {});
                away.completeExceptionally(new AssertionError("not interrupted"));
            } catch (CancelledException e) {
                away.complete(Duration.ofNanos(System.nanoTime()));
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            }
        });
        caller.start();
        assertThat(line.held().await(30, TimeUnit.SECONDS)).isTrue();
        long interrupted = System.nanoTime();
        caller.interrupt();
        Duration ended = away.get(15, TimeUnit.SECONDS);
        caller.join();
        assertThat(ended.minusNanos(interrupted)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void closingTheBucketEndsItsTransfers() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 4 * PART, 3);
        line.holdAfter(2L << 20);
        CompletableFuture<Transfer> upload =
                CompletableFuture.supplyAsync(() -> bucket.upload(file, "f", progress -> {}));
        assertThat(line.held().await(30, TimeUnit.SECONDS)).isTrue();
        bucket.close();
        assertThatThrownBy(() -> upload.get(15, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(CancelledException.class);
    }

    @Test
    void aLineThatBreaksAgainAndAgainIsGotOver() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 6 * PART, 4);
        line.cut(4L << 20, 6);
        Transfer up = bucket.upload(file, "f", progress -> {});
        assertThat(line.cutsLeft()).isZero();
        assertThat(up.movedBytes()).isEqualTo(up.sizeBytes());
        assertThat(line.passedBytes()).isGreaterThan(up.sizeBytes());

        line.cut(4L << 20, 6);
        Path back = directory.resolve("back");
        bucket.download("f", back, progress -> assertThat(progress.doneBytes()).isLessThanOrEqualTo(up.sizeBytes()));
        assertThat(line.cutsLeft()).isZero();
        assertThat(back).hasSameBinaryContentAs(file);
    }

    @Test
    void aLineThatStaysBrokenEndsInAnErrorAndTheNextCallGoesOn() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 6 * PART, 5);
        try (Bucket hasty =
                S3Server.bucketAt(line.endpoint()).attempts(2).parallelParts(1).build()) {
            line.cut(3L << 20, 1000);
            assertThatThrownBy(() -> hasty.upload(file, "f", progress -> {}))
                    .isInstanceOfSatisfying(
                            BucketException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
                    .hasMessageContaining("goes on where it was");
            line.cut(1, 0);
            hasty.upload(file, "f", progress -> {});
        }
        assertSameInBucket(file, "f");
    }

    @Test
    void aFileThatChangedSinceIsUploadedAnew() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART, 6);
        interruptInTheMiddle(() -> bucket.upload(file, "f", progress -> {}));
        RandomFile.write(file, 8 * PART, 7);
        Transfer anew = direct.upload(file, "f", progress -> {});
        assertThat(anew.movedBytes()).isEqualTo(anew.sizeBytes());
        assertSameInBucket(file, "f");
    }

    @Test
    void aFileThatChangedOnlyWhereNothingWasSentYetIsLabelledRight() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART, 8);
        interruptInTheMiddle(() -> bucket.upload(file, "f", progress -> {}));
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(8L * PART - 1);
            out.write(out.read() ^ 1);
        }
        direct.upload(file, "f", progress -> {});
        assertSameInBucket(file, "f");
    }

    @Test
    void aFileThatIsWrittenToWhileItGoesUpIsRefused() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART, 9);
        boolean[] changed = new boolean[1];
        assertThatThrownBy(() -> bucket.upload(file, "f", progress -> {
                    if (!changed[0]) {
                        changed[0] = true;
                        append(file);
                    }
                }))
                .isInstanceOfSatisfying(
                        BucketException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CHANGED));
        assertThat(direct.exists("f")).isFalse();
    }

    @Test
    void anObjectThatChangesWhileItComesDownIsNeverMixed() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART, 10);
        Path other = RandomFile.write(directory.resolve("g"), 8 * PART, 11);
        direct.upload(file, "f", progress -> {});
        Path back = directory.resolve("back");
        interruptInTheMiddle(() -> bucket.download("f", back, progress -> {}));
        direct.upload(other, "f", progress -> {});
        Transfer all = direct.download("f", back, progress -> {});
        assertThat(all.movedBytes()).isEqualTo(all.sizeBytes());
        assertThat(back).hasSameBinaryContentAs(other);
    }

    @Test
    void aRangeOfAnotherObjectThanTheOneBegunIsRefused() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 1000, 10);
        direct.upload(file, "f", progress -> {});
        StoreAddress address = StoreAddress.of(server.endpoint(), S3Server.BUCKET, null, true);
        try (Store store = new Store(
                address,
                BucketCredentials.of(S3Server.ID, S3Server.SECRET),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                3)) {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            String etag = Objects.requireNonNull(store.head("runs/d24/f")).etag();
            store.read("runs/d24/f", etag, 100, 50, (position, bytes, count) -> got.write(bytes, 0, count));
            assertThat(got.toByteArray()).isEqualTo(Arrays.copyOfRange(Files.readAllBytes(file), 100, 150));
            assertThatThrownBy(() -> store.read("runs/d24/f", "0".repeat(32), 100, 50, (position, bytes, count) -> {
                        throw new AssertionError("nothing is taken");
                    }))
                    .isInstanceOfSatisfying(
                            BucketException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CHANGED));
        }
    }

    @Test
    void whatWasDamagedOnThisDiskIsFetchedAgain() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 8 * PART, 12);
        direct.upload(file, "f", progress -> {});
        Path back = directory.resolve("back");
        interruptInTheMiddle(() -> bucket.download("f", back, progress -> {}));
        RandomFile.write(directory.resolve("back.part"), 8 * PART, 13);
        direct.download("f", back, progress -> {});
        assertThat(back).hasSameBinaryContentAs(file);
    }

    @Test
    void anObjectThatTheStoreCutShortIsNotTaken() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 2 * PART, 14);
        direct.upload(file, "f", progress -> {});
        Path stored = directory.resolve("store/" + S3Server.BUCKET + "/runs/d24/f");
        try (RandomAccessFile out = new RandomAccessFile(stored.toFile(), "rw")) {
            out.setLength(PART + 3);
        }
        Path back = directory.resolve("back");
        assertThatThrownBy(() -> direct.download("f", back, progress -> {}))
                .isInstanceOfSatisfying(
                        BucketException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        assertThat(back).doesNotExist();
        assertThat(directory.resolve("back.part")).doesNotExist();
    }

    @Test
    @Tag("slow")
    void threeHundredMegabytesGoUpAndDownInterruptedAndResumed() throws Exception {
        Path file = RandomFile.write(directory.resolve("f"), 300_000_000, 15);
        try (Bucket usual = server.bucket().partBytes(16 << 20).build()) {
            interruptAt(0.4, progress -> usual.upload(file, "f", progress));
            Transfer up = usual.upload(file, "f", progress -> {});
            Path back = directory.resolve("back");
            interruptAt(0.4, progress -> usual.download("f", back, progress));
            Transfer down = usual.download("f", back, progress -> {});
            assertThat(up.movedBytes()).isLessThan(250_000_000);
            assertThat(down.movedBytes()).isLessThan(250_000_000);
            assertThat(RandomFile.sha256(back))
                    .isEqualTo(RandomFile.sha256(file))
                    .isEqualTo(up.sha256())
                    .isEqualTo(down.sha256());

            Transfer wholeUp = usual.upload(file, "g", progress -> {});
            Transfer wholeDown = usual.download("g", directory.resolve("g"), progress -> {});
            LOG.info(
                    "300 MB over loopback: up {} MB/s, down {} MB/s",
                    Math.round(wholeUp.megabytesPerSecond()),
                    Math.round(wholeDown.megabytesPerSecond()));
        }
    }

    private static void append(Path file) {
        try {
            Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Holds the line in the fourth of eight parts, two of which move at once, and interrupts then: two or three are done. */
    private void interruptInTheMiddle(Runnable transfer) throws Exception {
        line.holdAfter(3 * PART + PART / 2);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread caller = new Thread(() -> thrown.complete(catchThrowable(transfer::run)));
        caller.start();
        assertThat(line.held().await(30, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        assertThat(thrown.get(15, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
        caller.join();
    }

    /** Interrupts the caller as its progress passes the share; what it said so far stays. */
    private static void interruptAt(double share, Consumer<Consumer<TransferProgress>> transfer) {
        assertThatThrownBy(() -> transfer.accept(progress -> {
                    if (progress.share() >= share) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private void assertSameInBucket(Path file, String key) throws Exception {
        Path back = directory.resolve("same-" + key);
        Transfer down = direct.download(key, back, progress -> {});
        assertThat(down.verified()).isTrue();
        assertThat(down.sha256()).isEqualTo(RandomFile.sha256(file));
        assertThat(back).hasSameBinaryContentAs(file);
    }
}
