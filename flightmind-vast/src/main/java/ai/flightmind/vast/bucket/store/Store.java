package ai.flightmind.vast.bucket.store;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import ai.flightmind.vast.error.VastException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * One bucket, call by call. Every call is tried several times with growing pauses where the failure may pass; interruption
 * ends one where a {@link #cancel} helps it. Keys are whole here. Thread-safe.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final String SHA256 = "sha256";
    private static final String BINARY = "application/octet-stream";

    private final StoreAddress address;
    private final OkHttpWire wire;
    private final S3Client client;
    private final Presigning presigning;
    private final Failures failures;

    /** Opens nothing yet. {@code stall} is the longest time in which no byte moves, {@code attempts} counts the first. */
    public Store(
            StoreAddress address,
            BucketCredentials credentials,
            Duration connectTimeout,
            Duration stall,
            int attempts) {
        this.address = address;
        this.failures = new Failures(address, credentials);
        this.wire = new OkHttpWire(connectTimeout, stall);
        AwsCredentials key = credentials.token() == null
                ? AwsBasicCredentials.create(credentials.id(), credentials.secret())
                : AwsSessionCredentials.create(credentials.id(), credentials.secret(), credentials.token());
        StaticCredentialsProvider provider = StaticCredentialsProvider.create(key);
        // Not every store knows chunked signing, Expect, or the newer checksums; all know Content-MD5, which we send.
        S3Configuration plain = S3Configuration.builder()
                .pathStyleAccessEnabled(address.pathStyle())
                .chunkedEncodingEnabled(false)
                .expectContinueEnabled(false)
                .build();
        this.client = S3Client.builder()
                .endpointOverride(address.endpoint())
                .region(Region.of(address.region()))
                .credentialsProvider(provider)
                .serviceConfiguration(plain)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClient(wire)
                .overrideConfiguration(
                        override -> override.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                        .maxAttempts(attempts)
                                        .circuitBreakerEnabled(false)
                                        .build())
                                // what the user's own AWS settings say is for another store
                                .defaultProfileFile(ProfileFile.aggregator().build()))
                .build();
        this.presigning = new Presigning(address, provider, plain);
    }

    public StoreAddress address() {
        return address;
    }

    public Presigning presigning() {
        return presigning;
    }

    /** Ends what the thread is calling; to be interrupted first, so that it is not tried again. */
    public void cancel(Thread thread) {
        wire.cancel(thread);
    }

    /** Every object whose key begins so, in the order of keys; at most so many. */
    public List<StoredObject> list(String prefix, int most) {
        List<StoredObject> found = new ArrayList<>();
        String token = null;
        do {
            String from = token;
            var page = call(
                    "Listing " + address.bucket() + "/" + prefix,
                    () -> client.listObjectsV2(request -> request.bucket(address.bucket())
                            .prefix(prefix)
                            .maxKeys(Math.min(1000, most - found.size()))
                            .continuationToken(from)));
            page.contents()
                    .forEach(object -> found.add(new StoredObject(
                            object.key(), object.size(), object.lastModified(), unquoted(object.eTag()))));
            token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } while (token != null && found.size() < most);
        return List.copyOf(found);
    }

    /** Null if there is none. */
    public @Nullable ObjectHead head(String key) {
        String what = "Looking at " + key;
        try {
            return head(client.headObject(
                    request -> request.bucket(address.bucket()).key(key)));
        } catch (S3Exception e) {
            if (e.statusCode() < 400 || e.statusCode() >= 500) {
                throw failures.of(what, e);
            }
        } catch (SdkException e) {
            throw failures.of(what, e);
        }
        // A refused HEAD has no body that says why. A GET has.
        try {
            call(
                    what,
                    () -> client.getObjectAsBytes(
                            request -> request.bucket(address.bucket()).key(key).range("bytes=0-0")));
        } catch (BucketException e) {
            if (e.reason() == Reason.NO_OBJECT) {
                return null;
            }
            throw e;
        }
        throw new BucketException(
                Reason.NOT_ALLOWED, what + " was refused, though it can be read: the key lacks that right.", null);
    }

    private static ObjectHead head(HeadObjectResponse answer) {
        boolean ownKey = answer.sseCustomerAlgorithm() != null
                || (answer.serverSideEncryption() != null
                        && answer.serverSideEncryption() != ServerSideEncryption.AES256);
        String sha256 = answer.metadata().get(SHA256);
        return new ObjectHead(answer.contentLength(), unquoted(answer.eTag()), sha256, ownKey);
    }

    /** The whole of a small object. */
    public byte[] read(String key) {
        return call(
                        "Reading " + key,
                        () -> client.getObjectAsBytes(
                                request -> request.bucket(address.bucket()).key(key)))
                .asByteArray();
    }

    /**
     * Reads a range into the sink, from its start again with each attempt.
     *
     * @param etag the object has to have; it is {@link Reason#CHANGED} otherwise
     */
    public void read(String key, String etag, long offset, long length, RangeSink sink) {
        call(
                "Reading " + key,
                () -> client.getObject(
                        request -> request.bucket(address.bucket())
                                .key(key)
                                .range("bytes=" + offset + "-" + (offset + length - 1)),
                        (answer, body) -> {
                            requireRange(key, etag, offset, answer);
                            copy(body, offset, length, sink);
                            return length;
                        }));
    }

    /** Here, and not by If-Match, which not every store heeds. */
    private static void requireRange(String key, String etag, long offset, GetObjectResponse answer) {
        if (!unquoted(answer.eTag()).equals(etag)) {
            throw new BucketException(
                    Reason.CHANGED, "The object " + key + " changed while it was read. Run it again.", null);
        }
        String range = answer.contentRange();
        if (range == null ? offset != 0 : !range.startsWith("bytes " + offset + "-")) {
            throw new BucketException(
                    Reason.REFUSED, "The store gives no ranges of " + key + ". Is there a proxy between?", null);
        }
    }

    private static void copy(InputStream body, long offset, long length, RangeSink sink) {
        byte[] piece = new byte[64 * 1024];
        long done = 0;
        while (done < length) {
            int n;
            try {
                n = body.read(piece, 0, (int) Math.min(piece.length, length - done));
            } catch (IOException e) {
                throw RetryableException.create("The answer broke off after " + done + " bytes.", e);
            }
            if (n < 0) {
                throw RetryableException.create(
                        "The answer was cut short.", new IOException(done + " bytes came instead of " + length));
            }
            sink.write(offset + done, piece, n);
            done += n;
        }
    }

    /** Takes the bytes of a range, as many as {@code count} of the array, for their place in the object. */
    public interface RangeSink {
        void write(long position, byte[] bytes, int count);
    }

    /** Stores a whole object; the store compares its MD5. */
    public void write(String key, Content content, String sha256, LongConsumer sent) {
        var answer = OkHttpWire.counting(
                sent,
                () -> call(
                        "Writing " + key,
                        () -> client.putObject(
                                request -> request.bucket(address.bucket())
                                        .key(key)
                                        .contentType(BINARY)
                                        .contentMD5(content.md5Base64())
                                        .metadata(Map.of(SHA256, sha256)),
                                content.body())));
        compare(key, content, answer.eTag(), answer.serverSideEncryption());
    }

    public void delete(String key) {
        call(
                "Deleting " + key,
                () -> client.deleteObject(
                        request -> request.bucket(address.bucket()).key(key)));
    }

    /** Begins an upload in parts, and gives its identifier. */
    public String begin(String key, @Nullable String sha256) {
        return call(
                        "Beginning the upload of " + key,
                        () -> client.createMultipartUpload(request -> request.bucket(address.bucket())
                                .key(key)
                                .contentType(BINARY)
                                .metadata(sha256 == null ? Map.of() : Map.of(SHA256, sha256))))
                .uploadId();
    }

    /** The uploads of exactly this key that were begun and not completed. */
    public List<String> begun(String key) {
        List<String> found = new ArrayList<>();
        var page = call(
                "Listing uploads of " + key,
                () -> client.listMultipartUploads(
                        request -> request.bucket(address.bucket()).prefix(key)));
        page.uploads().stream()
                .filter(upload -> upload.key().equals(key))
                .forEach(upload -> found.add(upload.uploadId()));
        return List.copyOf(found);
    }

    /** By number. Empty, too, if the upload ended meanwhile. */
    public Map<Integer, StoredPart> parts(String key, String upload) {
        Map<Integer, StoredPart> found = new LinkedHashMap<>();
        Integer marker = null;
        try {
            do {
                Integer from = marker;
                var page = call(
                        "Listing parts of " + key,
                        () -> client.listParts(request -> request.bucket(address.bucket())
                                .key(key)
                                .uploadId(upload)
                                .partNumberMarker(from)));
                page.parts()
                        .forEach(part -> found.put(
                                part.partNumber(),
                                new StoredPart(part.partNumber(), part.size(), unquoted(part.eTag()))));
                marker = Boolean.TRUE.equals(page.isTruncated()) ? page.nextPartNumberMarker() : null;
            } while (marker != null);
        } catch (BucketException e) {
            if (e.reason() != Reason.CHANGED) {
                throw e;
            }
            found.clear();
        }
        return found;
    }

    /** Stores a part, and gives its etag; the store compares its MD5. */
    public String writePart(String key, String upload, int number, Content content, LongConsumer sent) {
        var answer = OkHttpWire.counting(
                sent,
                () -> call(
                        "Writing part " + number + " of " + key,
                        () -> client.uploadPart(
                                request -> request.bucket(address.bucket())
                                        .key(key)
                                        .uploadId(upload)
                                        .partNumber(number)
                                        .contentMD5(content.md5Base64()),
                                content.body())));
        compare(key, content, answer.eTag(), answer.serverSideEncryption());
        return unquoted(answer.eTag());
    }

    /** Makes the parts one object; the first etag is that of part 1. */
    public void complete(String key, String upload, List<String> etags) {
        List<CompletedPart> parts = new ArrayList<>();
        for (int i = 0; i < etags.size(); i++) {
            parts.add(CompletedPart.builder()
                    .partNumber(i + 1)
                    .eTag('"' + etags.get(i) + '"')
                    .build());
        }
        call(
                "Completing the upload of " + key,
                () -> client.completeMultipartUpload(request -> request.bucket(address.bucket())
                        .key(key)
                        .uploadId(upload)
                        .multipartUpload(list -> list.parts(parts))));
    }

    /** Ends an upload and frees its parts; one that has ended already is fine. */
    public void abort(String key, String upload) {
        try {
            call(
                    "Aborting an upload of " + key,
                    () -> client.abortMultipartUpload(
                            request -> request.bucket(address.bucket()).key(key).uploadId(upload)));
        } catch (BucketException e) {
            if (e.reason() != Reason.CHANGED) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        wire.close();
        client.close();
        presigning.close();
    }

    @Override
    public String toString() {
        return address.toString();
    }

    private <T> T call(String what, Supplier<T> call) {
        long start = System.nanoTime();
        try {
            T answer = call.get();
            LOG.debug("{}: done in {} ms", what, (System.nanoTime() - start) / 1_000_000);
            return answer;
        } catch (SdkException e) {
            VastException failure = failures.of(what, e);
            LOG.debug("After {} ms: {}", (System.nanoTime() - start) / 1_000_000, failure.getMessage());
            throw failure;
        }
    }

    private static void compare(
            String key, Content content, @Nullable String etag, @Nullable ServerSideEncryption encryption) {
        String stored = unquoted(etag);
        boolean isMd5 = stored.length() == 32 && (encryption == null || encryption == ServerSideEncryption.AES256);
        if (isMd5 && !stored.equals(content.md5Hex())) {
            throw new BucketException(
                    Reason.DAMAGED,
                    "The store has other bytes of " + key
                            + " than were sent, by its etag. Run it again; it goes on where"
                            + " it was. Is the file being written to?",
                    null);
        }
    }

    private static String unquoted(@Nullable String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }
}
