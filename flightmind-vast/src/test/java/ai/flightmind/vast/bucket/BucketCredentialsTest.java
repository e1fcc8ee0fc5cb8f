package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.bucket.store.BucketCredentials;
import ai.flightmind.vast.bucket.store.StoreAddress;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where keys are found. Which one was is told by the identifier that a signed address holds. */
class BucketCredentialsTest {
    private static final StoreAddress S3 = StoreAddress.of("https://s3.eu-central-1.amazonaws.com", "abc", null, true);
    private static final StoreAddress B2 = StoreAddress.of("https://s3.us-west-001.backblazeb2.com", "abc", null, true);

    @TempDir
    Path home;

    @Test
    void theEnvironmentComesFirstThenTheFile() throws Exception {
        Path file = Files.createDirectory(home.resolve(".aws")).resolve("credentials");
        Files.writeString(file, """
                [default]
                aws_access_key_id = INFILE
                aws_secret_access_key = fileSecret

                [train]
                aws_access_key_id=INPROFILE
                aws_secret_access_key=profileSecret
                aws_session_token=profileToken
                """);
        Map<String, String> aws = Map.of("AWS_ACCESS_KEY_ID", "INENV", "AWS_SECRET_ACCESS_KEY", "envSecret");
        assertThat(found(S3, aws)).contains("INENV").doesNotContain("Security-Token");
        assertThat(found(S3, Map.of())).contains("INFILE");
        assertThat(found(S3, Map.of("AWS_ACCESS_KEY_ID", "half"))).contains("INFILE");
        assertThat(found(S3, Map.of("AWS_PROFILE", "train"))).contains("INPROFILE", "Security-Token=profileToken");
        Path other = Files.move(file, home.resolve("other"));
        assertThat(found(S3, Map.of("AWS_SHARED_CREDENTIALS_FILE", other.toString())))
                .contains("INFILE");
    }

    @Test
    void backblazesNamesCountForBackblaze() {
        Map<String, String> both = Map.of(
                "B2_APPLICATION_KEY_ID",
                "INB2",
                "B2_APPLICATION_KEY",
                "b2Secret",
                "AWS_ACCESS_KEY_ID",
                "INENV",
                "AWS_SECRET_ACCESS_KEY",
                "envSecret");
        assertThat(found(B2, both)).contains("INB2");
        assertThat(found(S3, both)).contains("INENV");
    }

    @Test
    void noKeyAnywhereSaysWhereToPutOne() {
        assertThatThrownBy(() -> BucketCredentials.find(S3, Map.of(), home))
                .isInstanceOfSatisfying(
                        BucketException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_CREDENTIALS))
                .hasMessageContainingAll("AWS_ACCESS_KEY_ID", "[default]", home.toString());
        assertThatThrownBy(() -> BucketCredentials.find(B2, Map.of(), home))
                .hasMessageContaining("B2_APPLICATION_KEY_ID");
    }

    @Test
    void aBrokenFileIsNotRepeated() throws Exception {
        Path file = Files.createDirectory(home.resolve(".aws")).resolve("credentials");
        Files.writeString(file, "[default]\nmySecretWithoutAName\n");
        assertThatThrownBy(() -> BucketCredentials.find(S3, Map.of(), home))
                .isInstanceOf(BucketException.class)
                .hasMessageContaining("credentials")
                .satisfies(e -> assertThat(org.assertj.core.util.Throwables.getStackTrace(e))
                        .doesNotContain("mySecretWithoutAName"));
    }

    @Test
    void theSecretIsInNoText() {
        BucketCredentials key = BucketCredentials.of("MYID", "mySecret", "myToken");
        assertThat(key.toString()).doesNotContain("MYID", "mySecret", "myToken");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketCredentials.of("MYID", "my secret"))
                .withMessageNotContaining("my secret");
    }

    @Test
    void theRegionIsReadFromTheEndpoint() {
        assertThat(B2.region()).isEqualTo("us-west-001");
        assertThat(S3.region()).isEqualTo("eu-central-1");
        assertThat(StoreAddress.of("https://s3.amazonaws.com", "abc", null, true)
                        .region())
                .isEqualTo("us-east-1");
        assertThat(StoreAddress.of("http://127.0.0.1:9000", "abc", null, true).region())
                .isEqualTo("us-east-1");
        assertThat(StoreAddress.of("http://127.0.0.1:9000", "abc", "here", true).region())
                .isEqualTo("here");
        assertThatIllegalArgumentException().isThrownBy(() -> StoreAddress.of("s3://x", "abc", null, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreAddress.of("https://me:mySecret@x.com", "abc", null, true))
                .withMessageNotContaining("mySecret");
    }

    @Test
    void theBucketIsInThePathOrInTheHost() {
        Bucket.Builder builder = Bucket.builder()
                .endpoint("https://s3.eu-central-1.amazonaws.com")
                .bucket("abc")
                .prefix("/runs/d24/")
                .credentials(BucketCredentials.of("MYID", "mySecret"));
        try (Bucket path = builder.build();
                Bucket host = builder.pathStyle(false).build()) {
            assertThat(path.presignGet("x", Duration.ofMinutes(1)).uri())
                    .hasHost("s3.eu-central-1.amazonaws.com")
                    .hasPath("/abc/runs/d24/x");
            assertThat(host.presignGet("x", Duration.ofMinutes(1)).uri())
                    .hasHost("abc.s3.eu-central-1.amazonaws.com")
                    .hasPath("/runs/d24/x");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Bucket.builder().build());
        assertThatIllegalArgumentException().isThrownBy(() -> builder.partBytes(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreAddress.of("https://my Secret@x", "abc", null, true))
                .withMessageNotContaining("Secret");
    }

    private String found(StoreAddress address, Map<String, String> environment) {
        BucketCredentials key = BucketCredentials.find(address, environment, home);
        try (Bucket bucket = Bucket.builder()
                .endpoint(address.endpoint().toString())
                .bucket("abc")
                .credentials(key)
                .build()) {
            return bucket.presignGet("x", Duration.ofMinutes(1)).uri().toString();
        }
    }
}
