package ai.flightmind.vast.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.Preflight;
import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.fake.FakeMarketplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountTest {
    // Made for this test with ssh-keygen -t ed25519 -N passphrase; used nowhere else.
    private static final String PRIVATE = """
            -----BEGIN OPENSSH PRIVATE KEY-----
            b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABC+so18fN
            XIy1m0BiUR7i4zAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIHKSS4Ac+Jcbv2pp
            +C15ncEruvPoyRSA40MRAdm81JeQAAAAkBFV/ADVNVVGmFGSXNOU8x9i6fMZebck9B2ht2
            fq7cNa5DoyYRmjk0hSIIns2fI9/gtzfVqFp4yrxKKr/5m5vzu0AH+L98HezzQASAAXFfFH
            oIh7Y4APHzwcpojF+xbivl45YfncUlfc9lTJZM4+DOd1OJbOE5As/RmFOPG5YxvoHoa+P8
            L32YjuVsyTcmvunw==
            -----END OPENSSH PRIVATE KEY-----
            """;
    private static final String PUBLIC =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKSS4Ac+Jcbv2pp+C15ncEruvPoyRSA40MRAdm81JeQ me@test";

    private final FakeMarketplace fake = FakeMarketplace.start();
    private final VastClient vast = fake.client();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        vast.close();
        fake.close();
    }

    @Test
    void theUserComesWithoutTheKeyTheServiceSends() {
        User user = vast.account().user();

        assertThat(user.spendableDollars()).isEqualTo(1000);
        assertThat(user.toString()).doesNotContain(FakeMarketplace.KEY);
    }

    @Test
    void whatIsOwedCannotBeSpent() {
        User user = new User(1, null, null, 20.0, -5.0, null, null, null, null, null, null);

        assertThat(user.spendableDollars()).isEqualTo(15);
    }

    @Test
    void keysAreCreatedListedAttachedAndDeleted() {
        SshKey key = vast.sshKeys().create(PUBLIC);

        assertThat(vast.sshKeys().list())
                .singleElement()
                .satisfies(listed -> assertThat(listed.sameKey(PUBLIC)).isTrue());
        vast.sshKeys().delete(java.util.Objects.requireNonNull(key.id()));
        assertThat(vast.sshKeys().list()).isEmpty();
    }

    @Test
    void aPrivateKeyOrAPathIsNotSent() {
        assertThatThrownBy(() -> vast.sshKeys().create(PRIVATE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("private")
                .hasMessageNotContaining("b3BlbnNzaC1");
        assertThatThrownBy(() -> vast.sshKeys().attach(5, "~/.ssh/id_ed25519.pub"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(fake.requests()).isEmpty();
    }

    @Test
    void thePublicHalfIsReadFromAKeyWithAPassphrase() throws IOException {
        Path file = Files.writeString(directory.resolve("id"), PRIVATE);

        assertThat(new SshKey(null, PUBLIC).sameKey(PrivateKeyFile.publicKey(file)))
                .isTrue();
    }

    @Test
    void filesThatAreNoKeysSaySo() throws IOException {
        Path file = Files.writeString(directory.resolve("id"), PRIVATE.substring(0, 120) + PRIVATE.substring(300));
        assertThatThrownBy(() -> PrivateKeyFile.publicKey(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PrivateKeyFile.publicKey(directory.resolve("none")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void theChecklistTakesAnEstimate() {
        Workload run = Workload.builder()
                .parameters(956_000_000)
                .tokens(49_800_000_000L)
                .build();
        CostEstimate estimate = CostEstimate.of(run, GpuType.H100_SXM, 4);

        assertThat(vast.preflight().funded(estimate.withOnDemandPrice(2)).run().passed())
                .isTrue();
        assertThat(vast.preflight()
                        .funded(estimate.withOnDemandPrice(200))
                        .run()
                        .passed())
                .isFalse();
        assertThatThrownBy(() -> vast.preflight().funded(estimate)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aChecklistPassesOrSaysWhatToDo() throws IOException {
        Path file = Files.writeString(directory.resolve("id"), PRIVATE);
        Preflight preflight = vast.preflight()
                .funded(1500)
                .sshKey(file)
                .check("training data", Optional::empty)
                .check("bucket", () -> {
                    throw new IllegalStateException("no such host");
                });

        Preflight.Report before = preflight.run();
        assertThat(before.passed()).isFalse();
        assertThat(before.toString())
                .contains("[ ] account funded for $1500.00: Add $500.00")
                .contains("[ ] SSH key on the account: None of the account's 0 keys")
                .contains("[x] training data")
                .contains("[ ] bucket: Could not be checked: no such host");

        fake.addSshKey(PUBLIC).credit(1600);
        assertThat(vast.preflight().funded(1500).sshKey(file).run().passed()).isTrue();
    }
}
