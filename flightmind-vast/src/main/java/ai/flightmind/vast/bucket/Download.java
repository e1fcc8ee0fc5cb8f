package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.ObjectHead;
import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object's way down: ranges into {@code FILE.part}, noted in {@code FILE.part.note}, which is renamed once the whole
 * has the object's checksum. The file is never there half.
 */
final class Download {
    private static final Logger LOG = LoggerFactory.getLogger(Download.class);

    private final Store store;
    private final Workers workers;
    private final int atOnce;
    private final String key;
    private final String whole;
    private final Path file;
    private final Path part;
    private final Path note;
    private final Consumer<? super TransferProgress> listener;
    private final AtomicLong moved = new AtomicLong();

    /**
     * @param key as the user knows it
     * @param whole as the store knows it
     */
    Download(
            Store store,
            Workers workers,
            int atOnce,
            String key,
            String whole,
            Path file,
            Consumer<? super TransferProgress> listener) {
        this.store = store;
        this.workers = workers;
        this.atOnce = atOnce;
        this.key = key;
        this.whole = whole;
        this.file = file.toAbsolutePath();
        this.part = this.file.resolveSibling(file.getFileName() + ".part");
        this.note = this.file.resolveSibling(file.getFileName() + ".part.note");
        this.listener = listener;
    }

    Transfer run(long rangeBytes) {
        long start = System.nanoTime();
        ObjectHead head = head();
        try {
            Path directory = file.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            FileDigest digest = alreadyThere(head, rangeBytes);
            if (digest == null) {
                digest = fetch(head, rangeBytes);
            } else {
                listener.accept(new TransferProgress(key, head.sizeBytes(), head.sizeBytes()));
            }
            return new Transfer(
                    key,
                    head.sizeBytes(),
                    moved.get(),
                    digest.sha256(),
                    head.sha256() != null || head.md5() != null,
                    Duration.ofNanos(System.nanoTime() - start));
        } catch (IOException e) {
            throw local(e);
        }
    }

    private ObjectHead head() {
        ObjectHead[] found = new ObjectHead[1];
        workers.run("Downloading " + key, List.of(() -> found[0] = store.head(whole)), 1, () -> {});
        ObjectHead head = found[0];
        if (head == null) {
            throw new BucketException(
                    Reason.NO_OBJECT,
                    "There is no " + whole + " in " + store
                            + ". Check the key and the prefix; list() says what is there.",
                    404,
                    null,
                    null);
        }
        return head;
    }

    /** Null unless the file is there and has the object's SHA-256. */
    private @Nullable FileDigest alreadyThere(ObjectHead head, long rangeBytes) throws IOException {
        if (head.sha256() == null || !Files.isRegularFile(file) || Files.size(file) != head.sizeBytes()) {
            return null;
        }
        FileDigest digest = FileDigest.of(file, rangeBytes);
        return digest.sha256().equals(head.sha256()) ? digest : null;
    }

    private FileDigest fetch(ObjectHead head, long rangeBytes) throws IOException {
        boolean mayGoOn = true;
        while (true) {
            boolean wentOn = ranges(head, rangeBytes, mayGoOn);
            FileDigest digest = FileDigest.of(part, Math.max(rangeBytes, head.sizeBytes()));
            if (isRight(digest, head)) {
                try (RandomAccessFile written = new RandomAccessFile(part.toFile(), "rw")) {
                    written.getFD().sync();
                }
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.deleteIfExists(note);
                return digest;
            }
            discard();
            if (!wentOn) {
                throw new BucketException(
                        Reason.DAMAGED,
                        "What came down of " + key + " has not the checksum that it was stored with; it was deleted."
                                + " Run it again; if that does not help, the object is damaged: upload it again.",
                        null);
            }
            LOG.warn("Downloading {}: what an earlier download left is damaged; from the start again", key);
            mayGoOn = false;
        }
    }

    private static boolean isRight(FileDigest digest, ObjectHead head) {
        if (digest.sizeBytes() != head.sizeBytes()) {
            return false;
        }
        if (head.sha256() != null) {
            return digest.sha256().equals(head.sha256());
        }
        String md5 = head.md5();
        return md5 == null || HexFormat.of().formatHex(digest.md5s().get(0)).equals(md5);
    }

    /** True if some ranges were there from an earlier call. */
    private boolean ranges(ObjectHead head, long rangeBytes, boolean mayGoOn) throws IOException {
        int count = (int) ((head.sizeBytes() + rangeBytes - 1) / rangeBytes);
        String object = "1 " + head.etag() + " " + head.sizeBytes() + " " + rangeBytes + " " + whole;
        boolean partThere = Files.exists(part) && Files.size(part) == head.sizeBytes();
        Progress progress = new Progress(key, head.sizeBytes(), count, listener);
        List<Runnable> work = new ArrayList<>();
        boolean wentOn = false;
        try (RangeNote ranges = RangeNote.open(note, object, count, mayGoOn && partThere)) {
            long missing = 0;
            for (int i = 0; i < count; i++) {
                int index = i;
                long offset = i * rangeBytes;
                long length = Math.min(rangeBytes, head.sizeBytes() - offset);
                if (ranges.has(i)) {
                    wentOn = true;
                    progress.piece(i).accept(length);
                } else {
                    missing += length;
                    work.add(() -> range(head, ranges, index, offset, length, progress.piece(index)));
                }
            }
            makeRoom(head.sizeBytes(), missing);
            if (wentOn) {
                LOG.info("Downloading {} goes on: {} of {} ranges are there", key, count - work.size(), count);
            }
            if (work.isEmpty()) {
                progress.tell();
            } else {
                workers.run("Downloading " + key, work, atOnce, progress::tell);
            }
        } catch (BucketException e) {
            if (e.reason() == Reason.CHANGED) {
                discard();
            }
            throw e;
        }
        return wentOn;
    }

    private void makeRoom(long size, long missing) throws IOException {
        long free = Files.getFileStore(file.getParent() == null ? file : file.getParent())
                .getUsableSpace();
        long taken = Files.exists(part) ? 0 : missing;
        if (free < taken) {
            throw noSpace(size, free, null);
        }
        try (RandomAccessFile out = new RandomAccessFile(part.toFile(), "rw")) {
            out.setLength(size);
        }
    }

    private void range(ObjectHead head, RangeNote ranges, int index, long offset, long length, LongConsumer counter) {
        try (RandomAccessFile out = new RandomAccessFile(part.toFile(), "rw")) {
            store.read(whole, head.etag(), offset, length, (position, bytes, count) -> {
                try {
                    out.seek(position);
                    out.write(bytes, 0, count);
                } catch (IOException e) {
                    throw local(e);
                }
                counter.accept(position + count - offset);
            });
            if (head.sha256() == null && head.md5() == null) {
                // no checksum will find out that this disk lost what the note says it has
                out.getFD().sync();
            }
            ranges.add(index);
            moved.addAndGet(length);
        } catch (IOException e) {
            throw local(e);
        }
    }

    private void discard() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(note);
    }

    private BucketException local(IOException e) {
        String said = String.valueOf(e.getMessage());
        if (said.contains("No space left") || said.contains("not enough space") || said.contains("Disk quota")) {
            return noSpace(-1, -1, e);
        }
        return new BucketException(Reason.LOCAL_FILE, "The file " + part + " cannot be written: " + said, e);
    }

    private BucketException noSpace(long size, long free, @Nullable IOException cause) {
        return new BucketException(
                Reason.NO_SPACE,
                "No space for " + file + (size < 0 ? "" : ": " + size + " bytes, and " + free + " are free")
                        + ". Free some, or download to another disk; it goes on where it was.",
                cause);
    }
}
