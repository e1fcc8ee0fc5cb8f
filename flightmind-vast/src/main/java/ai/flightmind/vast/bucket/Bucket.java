package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import ai.flightmind.vast.bucket.store.PresignedAddress;
import ai.flightmind.vast.bucket.store.PresignedUpload;
import ai.flightmind.vast.bucket.store.Presigning;
import ai.flightmind.vast.bucket.store.Store;
import ai.flightmind.vast.bucket.store.StoreAddress;
import ai.flightmind.vast.bucket.store.StoredObject;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A place in a bucket of an S3-compatible store.
 *
 * <pre>{@code
 * try (Bucket bucket = Bucket.s3("https://s3.us-west-001.backblazeb2.com", "my-bucket", "runs/d24")) {
 *     bucket.upload(Path.of("best.ckpt"), "best.ckpt", progress -> bar.set(progress.share()));
 *     bucket.newest("step_").ifPresent(found -> bucket.download(found.key(), Path.of("resume.ckpt"), progress -> {}));
 * }
 * }</pre>
 *
 * <p>Keys are below the prefix. Calls block; what may pass is tried again with growing pauses, and interruption ends a call
 * with {@link ai.flightmind.vast.error.CancelledException}, after which the same call goes on where it was. All of them
 * throw {@link BucketException}. Thread-safe.
 *
 * <p>No key is in a text, an exception or a log of ours. The AWS client's own log does hold what it signs and is answered, a
 * session token included, if its logger {@code software.amazon.awssdk} is set to debug: leave it at info.
 */
public final class Bucket implements AutoCloseable {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Store store;
    private final Workers workers;
    private final String prefix;
    private final long partBytes;
    private final int parallelParts;
    private final Set<Object> busy = ConcurrentHashMap.newKeySet();

    private Bucket(Store store, Builder builder) {
        this.store = store;
        this.workers = new Workers(store);
        this.prefix = builder.prefix;
        this.partBytes = builder.partBytes;
        this.parallelParts = builder.parallelParts;
    }

    /**
     * With the key from the usual places ({@link BucketCredentials#find}) and every other setting at its default. Nothing is
     * sent yet.
     *
     * @param endpoint the service's address, without the bucket
     * @param prefix before every key, as {@code runs/d24}; may be empty
     * @throws BucketException if there is no key, or no S3 client on the class path
     * @throws IllegalArgumentException if one of them cannot be one
     */
    public static Bucket s3(String endpoint, String bucket, String prefix) {
        return builder().endpoint(endpoint).bucket(bucket).prefix(prefix).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Uploads a file, in parts if it is larger than one. A file that is there already is not sent again, and an upload that
     * was interrupted goes on with the parts that are there; one of other content under this key is aborted, so two programs
     * must not upload different files to one key at once. Its SHA-256 is stored with it, every part's MD5 is compared by the
     * store.
     *
     * @param progress called on this thread about ten times a second
     */
    public Transfer upload(Path file, String key, Consumer<? super TransferProgress> progress) {
        String whole = whole(key);
        return alone(whole, () -> new Upload(store, workers, parallelParts, file, key, whole, progress).run(partBytes));
    }

    /**
     * Downloads an object to {@code FILE.part}, several ranges at once, and renames that once its checksum is right. What an
     * interrupted download left there is used if the object is still the same. A file that is there is replaced, unless it
     * is the same.
     *
     * @param progress called on this thread about ten times a second
     */
    public Transfer download(String key, Path file, Consumer<? super TransferProgress> progress) {
        String whole = whole(key);
        return alone(
                file.toAbsolutePath().normalize(),
                () -> new Download(store, workers, parallelParts, key, whole, file, progress).run(partBytes));
    }

    /** Every object whose key begins so, in the order of keys; all for an empty text. */
    public List<StoredObject> list(String prefix) {
        return workers.call("Listing " + prefix, () -> store.list(this.prefix + prefix, Integer.MAX_VALUE)).stream()
                .map(found -> new StoredObject(
                        found.key().substring(this.prefix.length()), found.sizeBytes(), found.modified(), found.etag()))
                .toList();
    }

    /** The object stored last of those whose key begins so; of several in the same second the last by key. */
    public Optional<StoredObject> newest(String prefix) {
        return list(prefix).stream()
                .max(Comparator.comparing(StoredObject::modified).thenComparing(StoredObject::key));
    }

    /** Whether there is an object of this key. */
    public boolean exists(String key) {
        String whole = whole(key);
        return workers.call("Looking at " + key, () -> store.head(whole) != null);
    }

    /** Deletes an object; one that is not there is fine. */
    public void delete(String key) {
        String whole = whole(key);
        workers.run("Deleting " + key, List.of(() -> store.delete(whole)), 1, () -> {});
    }

    /**
     * Before money is spent: whether the store answers, and the key may list, write, read, upload in parts and delete here, by
     * doing so with a tiny object. What fails is in the result, not thrown.
     */
    public BucketCheck check() {
        return new Check(store, workers, prefix).run();
    }

    /** An address that reads one object, without a key. Nothing is sent, so the object may come later. */
    public PresignedAddress presignGet(String key, Duration lifetime) {
        return store.presigning().get(whole(key), lifetime);
    }

    /**
     * An address that stores one object of up to 5 GB, without a key.
     *
     * @param lifetime from 1 s to 7 days
     */
    public PresignedAddress presignPut(String key, Duration lifetime) {
        return store.presigning().put(whole(key), null, lifetime);
    }

    /** As {@link #presignPut(String, Duration)}, for content of this SHA-256 (hex), against which downloads are verified. */
    public PresignedAddress presignPut(String key, String sha256, Duration lifetime) {
        return store.presigning().put(whole(key), checked(sha256), lifetime);
    }

    /**
     * Begins an upload that another machine does without a key. Abort it if it is not completed: its parts are kept, and
     * charged, until then.
     */
    public PresignedUpload presignUpload(String key, long sizeBytes, Duration lifetime) {
        return presignUpload(key, sizeBytes, lifetime, null);
    }

    /** As {@link #presignUpload(String, long, Duration)}, for content of this SHA-256, against which downloads are verified. */
    public PresignedUpload presignUpload(String key, long sizeBytes, String sha256, Duration lifetime) {
        return presignUpload(key, sizeBytes, lifetime, checked(sha256));
    }

    /** Gives up an upload that another machine has begun: the store deletes what it has of it, and charges no more. */
    public void abort(PresignedUpload upload) {
        HttpUrl address = HttpUrl.get(upload.abort().uri());
        String id = address == null ? null : address.queryParameter("uploadId");
        if (id == null) {
            throw new IllegalArgumentException("Not an upload in parts: " + upload);
        }
        String whole = whole(upload.key());
        workers.run("Giving up the upload of " + upload.key(), List.of(() -> store.abort(whole, id)), 1, () -> {});
    }

    private PresignedUpload presignUpload(String key, long sizeBytes, Duration lifetime, @Nullable String sha256) {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes is less than zero: " + sizeBytes);
        }
        String whole = whole(key);
        Duration checked = Presigning.requireLifetime(lifetime); // before anything is begun
        String upload = workers.call("Beginning the upload of " + key, () -> store.begin(whole, sha256));
        return store.presigning()
                .upload(whole, key, upload, sizeBytes, Upload.partBytes(sizeBytes, partBytes), checked);
    }

    /** The service, the bucket and how they are addressed; no key. */
    public StoreAddress address() {
        return store.address();
    }

    /** Before every key; empty, or with a slash at its end. */
    public String prefix() {
        return prefix;
    }

    /** Ends what is running, with {@link ai.flightmind.vast.error.CancelledException}s. */
    @Override
    public void close() {
        workers.close();
        store.close();
    }

    /** Where it is, without the key. */
    @Override
    public String toString() {
        return "Bucket[" + store + "/" + prefix + "]";
    }

    private String whole(String key) {
        if (key.isEmpty() || key.startsWith("/")) {
            throw new IllegalArgumentException("A key is not empty and does not begin with a slash: '" + key + "'");
        }
        return prefix + key;
    }

    private <T> T alone(Object what, Supplier<T> work) {
        if (!busy.add(what)) {
            throw new IllegalStateException("There is a transfer of " + what + " already.");
        }
        try {
            return work.get();
        } finally {
            busy.remove(what);
        }
    }

    private static String checked(String sha256) {
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("A SHA-256 is 64 hex digits in lower case, not '" + sha256 + "'");
        }
        return sha256;
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private static final long MIB = 1 << 20;

        private @Nullable String endpoint;
        private @Nullable String bucket;
        private String prefix = "";
        private @Nullable String region;
        private boolean pathStyle = true;
        private @Nullable BucketCredentials credentials;
        private long partBytes = 16 * MIB;
        private int parallelParts = 4;
        private int attempts = 6;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration stallTimeout = Duration.ofSeconds(60);

        private Builder() {}

        /** The service's address, without the bucket. Needed. */
        public Builder endpoint(String endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        /** The bucket's name. Needed. */
        public Builder bucket(String bucket) {
            this.bucket = bucket;
            return this;
        }

        /** Before every key, with a slash between; by default nothing. */
        public Builder prefix(String prefix) {
            String bare = prefix.replaceAll("^/+|/+$", "");
            this.prefix = bare.isEmpty() ? "" : bare + "/";
            return this;
        }

        /** By default what the endpoint says, as {@code us-west-001}, else {@code us-east-1}. */
        public Builder region(String region) {
            this.region = region;
            return this;
        }

        /** Whether the bucket is in the path (the default, which all stores take) or in the host's name. */
        public Builder pathStyle(boolean pathStyle) {
            this.pathStyle = pathStyle;
            return this;
        }

        /** By default found where other tools find them: {@link BucketCredentials#find}. */
        public Builder credentials(BucketCredentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /** Of a part or range, 16 MiB by default, 5 MiB to 5 GiB; more where a file would have over 10,000 parts. */
        public Builder partBytes(long bytes) {
            if (bytes < 5 * MIB || bytes > 5 * 1024 * MIB) {
                throw new IllegalArgumentException("partBytes is from 5 MiB to 5 GiB: " + bytes);
            }
            this.partBytes = bytes;
            return this;
        }

        /** How many parts or ranges of one file move at once: 4 by default, 1 to 64. */
        public Builder parallelParts(int parts) {
            if (parts < 1 || parts > 64) {
                throw new IllegalArgumentException("parallelParts is from 1 to 64: " + parts);
            }
            this.parallelParts = parts;
            return this;
        }

        /** How often a call is tried, the first included: 6 by default. */
        public Builder attempts(int attempts) {
            if (attempts < 1) {
                throw new IllegalArgumentException("attempts is at least 1: " + attempts);
            }
            this.attempts = attempts;
            return this;
        }

        /** Until a connection stands: 10 s by default. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = positive(timeout, "connectTimeout");
            return this;
        }

        /** How long no byte may move before an attempt has failed: 60 s by default. */
        public Builder stallTimeout(Duration timeout) {
            this.stallTimeout = positive(timeout, "stallTimeout");
            return this;
        }

        /**
         * The bucket. Nothing is sent yet.
         *
         * @throws BucketException if there is no key, or no S3 client on the class path
         * @throws IllegalArgumentException if the endpoint or bucket is missing or cannot be one
         */
        public Bucket build() {
            if (endpoint == null || bucket == null) {
                throw new IllegalArgumentException("A bucket needs an endpoint and a name.");
            }
            requireClient();
            StoreAddress address = StoreAddress.of(endpoint, bucket, region, pathStyle);
            BucketCredentials key = credentials != null
                    ? credentials
                    : BucketCredentials.find(address, System.getenv(), Path.of(System.getProperty("user.home", "")));
            return new Bucket(new Store(address, key, connectTimeout, stallTimeout, attempts), this);
        }

        /** Before anything else needs it, so that its lack is told in words. */
        private static void requireClient() {
            try {
                Class.forName("software.amazon.awssdk.services.s3.S3Client", false, Bucket.class.getClassLoader());
            } catch (ClassNotFoundException missing) {
                throw new BucketException(
                        Reason.NO_CLIENT,
                        "A bucket needs the S3 client: add software.amazon.awssdk:s3 to the dependencies; this module"
                                + " does not bring it along.",
                        missing);
            }
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " is more than zero: " + duration);
            }
            return duration;
        }
    }
}
