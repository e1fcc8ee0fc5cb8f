package ai.flightmind.vast.bucket.store;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Signs addresses, without asking the store. Keys are whole here. Thread-safe. */
public final class Presigning {
    private static final Duration LONGEST = Duration.ofDays(7);

    private final String bucket;
    private final S3Presigner presigner;

    Presigning(StoreAddress address, StaticCredentialsProvider credentials, S3Configuration configuration) {
        this.bucket = address.bucket();
        this.presigner = S3Presigner.builder()
                .endpointOverride(address.endpoint())
                .region(Region.of(address.region()))
                .credentialsProvider(credentials)
                .serviceConfiguration(configuration)
                .build();
    }

    public PresignedAddress get(String key, Duration lifetime) {
        Duration checked = requireLifetime(lifetime);
        return address(() -> presigner.presignGetObject(request -> request.signatureDuration(checked)
                .getObjectRequest(get -> get.bucket(bucket).key(key))));
    }

    /** Stores with this SHA-256, in hex; null if it is not known. */
    public PresignedAddress put(String key, @Nullable String sha256, Duration lifetime) {
        Duration checked = requireLifetime(lifetime);
        return address(() -> presigner.presignPutObject(request -> request.signatureDuration(checked)
                .putObjectRequest(put ->
                        put.bucket(bucket).key(key).metadata(sha256 == null ? Map.of() : Map.of("sha256", sha256)))));
    }

    /** The addresses for an upload that was begun. */
    public PresignedUpload upload(
            String key, String shownKey, String upload, long sizeBytes, long partBytes, Duration lifetime) {
        Duration checked = requireLifetime(lifetime);
        List<PresignedAddress> parts = new ArrayList<>();
        for (int i = 0; i == 0 || i * partBytes < sizeBytes; i++) {
            int number = i + 1;
            parts.add(address(() -> presigner.presignUploadPart(request -> request.signatureDuration(checked)
                    .uploadPartRequest(part ->
                            part.bucket(bucket).key(key).uploadId(upload).partNumber(number)))));
        }
        PresignedAddress complete =
                address(() -> presigner.presignCompleteMultipartUpload(request -> request.signatureDuration(checked)
                        .completeMultipartUploadRequest(
                                done -> done.bucket(bucket).key(key).uploadId(upload))));
        PresignedAddress abort =
                address(() -> presigner.presignAbortMultipartUpload(request -> request.signatureDuration(checked)
                        .abortMultipartUploadRequest(
                                no -> no.bucket(bucket).key(key).uploadId(upload))));
        return new PresignedUpload(
                shownKey,
                sizeBytes,
                partBytes,
                parts,
                complete,
                abort,
                parts.get(0).expires());
    }

    void close() {
        presigner.close();
    }

    private static PresignedAddress address(Supplier<? extends PresignedRequest> signing) {
        PresignedRequest signed;
        try {
            signed = signing.get();
        } catch (SdkException e) {
            throw new BucketException(
                    Reason.REFUSED, "The address cannot be signed; check the endpoint and the bucket's name.", null);
        }
        Map<String, String> headers = new HashMap<>();
        signed.signedHeaders().forEach((name, values) -> {
            if (!name.equalsIgnoreCase("host")) {
                headers.put(name, String.join(",", values));
            }
        });
        return new PresignedAddress(
                signed.httpRequest().method().name(),
                URI.create(signed.url().toString()),
                headers,
                signed.expiration());
    }

    /** The lifetime itself, if stores take it. */
    public static Duration requireLifetime(Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("An address lives from 1 s to 7 days, not " + lifetime);
        }
        return lifetime;
    }
}
