package ai.flightmind.vast.ssh.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.FaultyProxy;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import ai.flightmind.vast.ssh.Leaks;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.SshSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
    private static final Path SSHD = Path.of("/usr/sbin/sshd");
    private static final int SIZE = 20_000_000;

    @TempDir
    Path directory;

    private Process sshd;
    private FaultyProxy proxy;
    private KeySource key;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(SSHD), "needs OpenSSH's server: apt-get install openssh-server");
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                directory.resolve("host").toString());
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "a secret",
                "-f",
                directory.resolve("user").toString());
        Files.copy(directory.resolve("user.pub"), directory.resolve("authorized"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.writeString(directory.resolve("config"), """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                PermitRootLogin yes
                """.formatted(
                        port, directory.resolve("host"), directory.resolve("authorized")));
        // Where the package's own service never ran, its directory is missing.
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        sshd = new ProcessBuilder(
                        SSHD.toString(),
                        "-D",
                        "-e",
                        "-f",
                        directory.resolve("config").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sshd.log").toFile())
                .start();
        assertThat(Leaks.await(Duration.ofSeconds(20), () -> answers(port))).isTrue();
        proxy = new FaultyProxy(port);
        key = KeySource.file(directory.resolve("user"), "a secret".toCharArray());
    }

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        if (sshd != null) {
            sshd.destroy();
            assertThat(sshd.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private SshSession.Builder session() {
        return SshSession.builder()
                .address("127.0.0.1", proxy.port())
                .user(System.getProperty("user.name"))
                .instance("C.1")
                .keys(key)
                .hostKeys(HostKeys.inMemory())
                .connectWithin(Duration.ofSeconds(20))
                .keyGrace(Duration.ZERO)
                .keepAlive(Duration.ofSeconds(1));
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
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "rsa",
                "-N",
                "",
                "-f",
                directory.resolve("rsa").toString());
        Files.writeString(
                directory.resolve("authorized"),
                Files.readString(directory.resolve("rsa.pub")),
                StandardOpenOption.TRUNCATE_EXISTING);
        Path socket = directory.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(Leaks.await(Duration.ofSeconds(10), () -> Files.exists(socket)))
                    .isTrue();
            ProcessBuilder add =
                    new ProcessBuilder("ssh-add", "-q", directory.resolve("rsa").toString());
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

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.getInputStream().read() == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
