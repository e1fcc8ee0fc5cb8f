package ai.flightmind.vast.ssh.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.FaultyProxy;
import ai.flightmind.vast.ssh.KeySource;
import ai.flightmind.vast.ssh.Leaks;
import ai.flightmind.vast.ssh.OpenSshServer;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.SshSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The same against OpenSSH's own server, an ordinary process with its own keys and settings. */
@Tag("sshd")
@ExtendWith(Leaks.class)
@Timeout(90)
class OpenSshTest {
    private static final int SIZE = 20_000_000;

    @TempDir
    Path directory;

    private OpenSshServer server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
        proxy = new FaultyProxy(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private SshSession.Builder session() {
        return server.session(proxy.port());
    }

    @Test
    void commandsEndWithTheirStatusAndATimeoutKillsThemThere() throws Exception {
        Path pid = directory.resolve("pid");
        try (SshSession ssh = session().connect()) {
            assertThat(ssh.run("exit 7").exitStatus()).isEqualTo(7);
            assertThat(ssh.run("kill -9 $$").signal()).isEqualTo("KILL");
            assertThatThrownBy(() -> ssh.run(RemoteCommand.builder("sleep 600 & echo $! > " + pid + "; wait")
                            .timeout(Duration.ofSeconds(1))
                            .build()))
                    .satisfies(e -> assertThat(((SshException) e).kind()).isEqualTo(Kind.COMMAND_TIMED_OUT));
            long child = Long.parseLong(Files.readString(pid).strip());
            assertThat(Leaks.await(
                            Duration.ofSeconds(10),
                            () -> ProcessHandle.of(child).isEmpty()))
                    .isTrue();
        }
    }

    @Test
    void filesGoOnWhereTheLineBrokeBothWays() throws Exception {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(directory.resolve("file"), bytes);
        proxy.cutAfter(SIZE / 2);
        try (SshSession ssh = session().connect()) {
            RemoteFiles files = new RemoteFiles(ssh);
            TransferReport up = files.upload(file, directory + "/up");
            assertThat(up.attempts()).isGreaterThan(1);
            assertThat(up.sentBytes()).isLessThan(2 * SIZE);
            proxy.cutAfter(SIZE / 2);
            proxy.cutNow();
            TransferReport down = files.download(directory + "/up", directory.resolve("down"));
            assertThat(down.attempts()).isGreaterThan(1);
        }
        assertThat(directory.resolve("up")).hasSameBinaryContentAs(file);
        assertThat(directory.resolve("down")).hasSameBinaryContentAs(file);
    }

    @Test
    void aTreeGoesUpAndComesBack() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree/a"));
        Files.writeString(tree.resolve("x"), "x");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("x"));
        try (SshSession ssh = session().connect()) {
            RemoteFiles files = new RemoteFiles(ssh);
            files.uploadTree(directory.resolve("tree"), directory + "/up", TransferProgress.NONE);
            files.downloadTree(directory + "/up", directory.resolve("down"), TransferProgress.NONE);
        }
        assertThat(directory.resolve("down/a/link")).isSymbolicLink().hasContent("x");
    }

    @Test
    void aFollowedLogIsWholeThoughTheLineBreaks() throws Exception {
        Path log = directory.resolve("log");
        List<String> got = Collections.synchronizedList(new ArrayList<>());
        List<String> written = new ArrayList<>();
        try (SshSession ssh = session().connect();
                Follow follow = new RemoteFiles(ssh).follow(log.toString(), got::add)) {
            for (int i = 0; i < 400; i++) {
                written.add("step " + i);
                Files.writeString(log, "step " + i + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                if (i % 100 == 50) {
                    int all = i;
                    assertThat(Leaks.await(Duration.ofSeconds(20), () -> got.size() > all - 50))
                            .isTrue();
                    proxy.cutNow();
                }
            }
            assertThat(Leaks.await(Duration.ofSeconds(20), () -> got.size() >= written.size()))
                    .isTrue();
            assertThat(follow.isFollowing()).isTrue();
        }
        assertThat(got).containsExactlyElementsOf(written);
    }

    @Test
    void theAgentsKeyOpens() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ssh-agent")), "needs ssh-agent");
        Path rsa = directory.resolve("rsa");
        OpenSshServer.makeKey(rsa, "rsa", "");
        server.welcomeOnly(directory.resolve("rsa.pub"));
        Path socket = directory.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(Leaks.await(Duration.ofSeconds(10), () -> Files.exists(socket)))
                    .isTrue();
            ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", rsa.toString());
            add.environment().put("SSH_AUTH_SOCK", socket.toString());
            assertThat(add.start().waitFor()).isZero();
            try (SshSession ssh = session().keys(KeySource.agent(socket)).connect()) {
                assertThat(ssh.run("true").isOk()).isTrue();
            }
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }
}
