package ai.flightmind.vast.bucket;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A real S3 server on loopback over a directory, which checks signatures, with one bucket. */
public final class S3Server implements AutoCloseable {
    public static final String ID = "AKIDFORTESTSONLY0001";
    public static final String SECRET = "s3cr3t/ForTestsOnly+abcdefghijklmnopqrst";
    static final String BUCKET = "models";

    private final S3Proxy server;

    private S3Server(S3Proxy server) {
        this.server = server;
    }

    public static S3Server start(Path directory) throws Exception {
        FilesystemNio2BlobStore blobs = new FilesystemNio2BlobStore(directory.toString());
        S3Proxy server = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ID, SECRET)
                .v4MaxNonChunkedRequestSize(64L << 20)
                .ignoreUnknownHeaders(true)
                .stopTimeout(0)
                .build();
        server.start();
        S3Server started = new S3Server(server);
        Files.createDirectories(directory.resolve(BUCKET));
        return started;
    }

    int port() {
        return server.getPort();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port();
    }

    /** Below a prefix, with the right key and small parts. */
    public Bucket.Builder bucket() {
        return bucketAt(endpoint());
    }

    static Bucket.Builder bucketAt(String endpoint) {
        return Bucket.builder()
                .endpoint(endpoint)
                .bucket(BUCKET)
                .prefix("runs/d24")
                .credentials(BucketCredentials.of(ID, SECRET))
                .partBytes(5 << 20)
                .stallTimeout(Duration.ofSeconds(20));
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
