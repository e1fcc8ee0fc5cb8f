package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.Content;
import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Tries a bucket with a tiny object, which it deletes again. */
final class Check {
    private static final Set<Reason> HOPELESS = EnumSet.of(
            Reason.WRONG_KEY,
            Reason.NO_BUCKET,
            Reason.CLOCK_SKEW,
            Reason.WRONG_REGION,
            Reason.UNREACHABLE,
            Reason.STORE_DOWN);

    private final Store store;
    private final Workers workers;
    private final String prefix;
    private final List<BucketCheck.Step> steps = new ArrayList<>();

    Check(Store store, Workers workers, String prefix) {
        this.store = store;
        this.workers = workers;
        this.prefix = prefix;
    }

    BucketCheck run() {
        if (!step("list", () -> store.list(prefix, 1))) {
            return new BucketCheck(steps);
        }
        String key = prefix + "flightmind-check-" + UUID.randomUUID();
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        int before = steps.size();
        step("write", () -> write(key, bytes));
        boolean written = steps.get(before).problem().isEmpty();
        if (written) {
            step("read", () -> {
                if (!Arrays.equals(store.read(key), bytes)) {
                    throw new BucketException(
                            Reason.DAMAGED, "What was read is not what was written. Is there a cache between?", null);
                }
            });
        }
        step("upload in parts", () -> {
            String upload = store.begin(key, null);
            store.parts(key, upload);
            store.abort(key, upload);
        });
        if (written) {
            step("delete", () -> store.delete(key));
        }
        return new BucketCheck(steps);
    }

    private void write(String key, byte[] bytes) {
        String sha256 = HexFormat.of().formatHex(FileDigest.digest("SHA-256").digest(bytes));
        byte[] md5 = FileDigest.digest("MD5").digest(bytes);
        store.write(key, Content.of(bytes, md5), sha256, sent -> {});
    }

    /** False if there is no sense in trying anything else. */
    private boolean step(String name, Runnable work) {
        try {
            workers.run("Checking " + store, List.of(work), 1, () -> {});
            steps.add(new BucketCheck.Step(name, Optional.empty()));
            return true;
        } catch (BucketException e) {
            steps.add(new BucketCheck.Step(name, Optional.of(String.valueOf(e.getMessage()))));
            return !HOPELESS.contains(e.reason());
        }
    }
}
