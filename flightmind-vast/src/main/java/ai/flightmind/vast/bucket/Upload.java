package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.Content;
import ai.flightmind.vast.bucket.store.ObjectHead;
import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.bucket.store.StoredPart;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file's way up. Nothing is noted on this machine: the parts that an interrupted upload left in the store are compared
 * with the file's own by their MD5, so any program on any machine that has the file goes on.
 */
final class Upload {
    private static final Logger LOG = LoggerFactory.getLogger(Upload.class);
    private static final int MOST_PARTS = 10_000;
    private static final long MIB = 1 << 20;

    private final Store store;
    private final Workers workers;
    private final int atOnce;
    private final Path file;
    private final String key;
    private final String whole;
    private final Consumer<? super TransferProgress> listener;
    private final AtomicLong moved = new AtomicLong();
    private boolean resumed;

    /**
     * @param key as the user knows it
     * @param whole as the store knows it
     */
    Upload(
            Store store,
            Workers workers,
            int atOnce,
            Path file,
            String key,
            String whole,
            Consumer<? super TransferProgress> listener) {
        this.store = store;
        this.workers = workers;
        this.atOnce = atOnce;
        this.file = file;
        this.key = key;
        this.whole = whole;
        this.listener = listener;
    }

    /** The wanted size, or that which makes no more parts than a store takes, in whole MiB. */
    static long partBytes(long sizeBytes, long wanted) {
        long least = (sizeBytes + MOST_PARTS - 1) / MOST_PARTS;
        return Math.max(wanted, (least + MIB - 1) / MIB * MIB);
    }

    Transfer run(long wantedPartBytes) {
        long start = System.nanoTime();
        State before = state();
        long partBytes = partBytes(before.sizeBytes(), wantedPartBytes);
        FileDigest digest = FileDigest.of(file, partBytes);
        unchanged(before);
        Progress progress = new Progress(key, digest.sizeBytes(), digest.md5s().size(), listener);
        if (!isThere(digest)) {
            if (digest.md5s().size() == 1) {
                workers.run("Uploading " + key, List.of(() -> whole(digest, progress)), 1, progress::tell);
                unchanged(before);
            } else {
                inParts(digest, partBytes, before, progress);
                if (resumed && !isThere(digest)) {
                    // begun for a file that shared the parts sent so far, but not the rest, and labelled with its
                    // SHA-256
                    inParts(digest, partBytes, before, progress);
                }
            }
            if (!isThere(digest)) {
                throw new BucketException(
                        Reason.DAMAGED,
                        "After its upload " + key + " has another size or SHA-256 in the store than " + file
                                + ". Upload it again; does another program write to this key?",
                        null);
            }
        }
        for (int i = 0; i < digest.md5s().size(); i++) {
            progress.piece(i).accept(length(i, partBytes, digest.sizeBytes()));
        }
        progress.tell();
        return new Transfer(
                key,
                digest.sizeBytes(),
                moved.get(),
                digest.sha256(),
                true,
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void whole(FileDigest digest, Progress progress) {
        LongConsumer counter = progress.piece(0);
        store.write(whole, content(0, digest.sizeBytes(), digest.md5s().get(0)), digest.sha256(), counter);
        moved.addAndGet(digest.sizeBytes());
    }

    private void inParts(FileDigest digest, long partBytes, State before, Progress progress) {
        int count = digest.md5s().size();
        @Nullable String[] etags = new String[count];
        String upload = workers.call("Uploading " + key, () -> resumeOrBegin(digest, partBytes, etags));
        List<Runnable> work = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            long length = length(i, partBytes, digest.sizeBytes());
            if (etags[i] != null) {
                progress.piece(i).accept(length);
            } else {
                work.add(() -> {
                    etags[index] = store.writePart(
                            whole,
                            upload,
                            index + 1,
                            content(index * partBytes, length, digest.md5s().get(index)),
                            progress.piece(index));
                    moved.addAndGet(length);
                });
            }
        }
        try {
            workers.run("Uploading " + key, work, atOnce, progress::tell);
            unchanged(before);
        } catch (BucketException e) {
            if (e.reason() == Reason.CHANGED) {
                workers.run("Uploading " + key, List.of(() -> store.abort(whole, upload)), 1, () -> {});
            }
            throw e;
        }
        List<String> all = new ArrayList<>();
        for (String etag : etags) {
            all.add(Objects.requireNonNull(etag, "a part was not sent"));
        }
        try {
            workers.run("Uploading " + key, List.of(() -> store.complete(whole, upload, all)), 1, () -> {});
        } catch (BucketException e) {
            // the answer to the first attempt may have been lost, and the second found nothing left to do
            if (e.reason() != Reason.CHANGED || !isThere(digest)) {
                throw e;
            }
        }
    }

    /** Finds the upload whose parts are all the file's own, and notes their etags; ends the others, which are stale. */
    private String resumeOrBegin(FileDigest digest, long partBytes, @Nullable String[] etags) {
        String found = null;
        for (String upload : store.begun(whole)) {
            Map<Integer, StoredPart> parts = store.parts(whole, upload);
            boolean ours =
                    !parts.isEmpty() && parts.values().stream().allMatch(part -> isOurs(part, digest, partBytes));
            if (found == null && ours) {
                found = upload;
                parts.forEach((number, part) -> etags[number - 1] = part.etag());
                LOG.info("Uploading {} goes on: {} of {} parts are there", key, parts.size(), etags.length);
            } else {
                LOG.info("Uploading {}: another upload of this key is stale, and aborted", key);
                store.abort(whole, upload);
            }
        }
        resumed = found != null;
        return found != null ? found : store.begin(whole, digest.sha256());
    }

    private static boolean isOurs(StoredPart part, FileDigest digest, long partBytes) {
        int index = part.number() - 1;
        return index < digest.md5s().size()
                && part.sizeBytes() == length(index, partBytes, digest.sizeBytes())
                && part.etag().equals(HexFormat.of().formatHex(digest.md5s().get(index)));
    }

    private boolean isThere(FileDigest digest) {
        ObjectHead[] found = new ObjectHead[1];
        workers.run("Looking at " + key, List.of(() -> found[0] = store.head(whole)), 1, () -> {});
        ObjectHead head = found[0];
        return head != null
                && head.sizeBytes() == digest.sizeBytes()
                && digest.sha256().equals(head.sha256());
    }

    private Content content(long offset, long length, byte[] md5) {
        return new Content(() -> new FileRange(file, offset, length), length, md5);
    }

    private static long length(int index, long partBytes, long sizeBytes) {
        return Math.min(partBytes, sizeBytes - index * partBytes);
    }

    private record State(long sizeBytes, FileTime modified) {}

    private State state() {
        try {
            if (!Files.isRegularFile(file)) {
                throw new BucketException(Reason.LOCAL_FILE, "There is no file " + file + ".", null);
            }
            return new State(Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            throw new BucketException(Reason.LOCAL_FILE, "The file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void unchanged(State before) {
        if (!state().equals(before)) {
            throw new BucketException(
                    Reason.CHANGED,
                    "The file " + file + " changed while it was uploaded. Upload it when nothing writes to it.",
                    null);
        }
    }
}
