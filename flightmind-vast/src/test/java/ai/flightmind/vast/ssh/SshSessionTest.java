package ai.flightmind.vast.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.fake.host.SshKeyFile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A real SSH server in this process, behind a line that can be broken. */
@ExtendWith(Leaks.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SshSessionTest {
    @TempDir
    Path directory;

    private LoopbackServer server;
    private FaultyProxy proxy;
    private Path key;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer();
        proxy = new FaultyProxy(server.port());
        KeyPair pair = SshKeyFile.newKey();
        key = SshKeyFile.write(pair, directory.resolve("key"), null);
        server.welcome(pair.getPublic());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    private SshSession.Builder session() {
        return SshSession.builder()
                .address("127.0.0.1", proxy.port())
                .instance("C.1")
                .keys(KeySource.file(key))
                .hostKeys(HostKeys.inFile(directory.resolve("host-keys")))
                .connectWithin(Duration.ofSeconds(20))
                .reconnectWithin(Duration.ofSeconds(20))
                .keyGrace(Duration.ZERO)
                .keepAlive(Duration.ofSeconds(1));
    }

    private static Kind kind(Throwable failure) {
        assertThat(failure).isInstanceOf(SshException.class);
        return ((SshException) failure).kind();
    }

    @Test
    void aCommandGivesStatusOutputAndErrors() {
        try (SshSession ssh = session().connect()) {
            CommandResult result = ssh.run("echo out; echo err >&2; exit 3");

            assertThat(result.exitStatus()).isEqualTo(3);
            assertThat(result.stdout()).isEqualTo("out\n");
            assertThat(result.stderr()).isEqualTo("err\n");
            assertThatThrownBy(result::orThrow)
                    .hasMessageContaining("status 3")
                    .hasMessageContaining("err")
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.COMMAND_FAILED));
        }
    }

    @Test
    void inputAndEnvironmentArriveAsTheyAre() {
        String odd = "it's $HOME `id` \"x\" \\ \n ü *";
        try (SshSession ssh = session().connect()) {
            RemoteCommand command = RemoteCommand.builder("printf '%s|' \"$ODD\"; cat")
                    .environment("ODD", odd)
                    .stdin(odd)
                    .build();

            assertThat(ssh.run(command).stdout()).isEqualTo(odd + "|" + odd);
            assertThat(ssh.run("printf %s " + Shell.quote(odd)).stdout()).isEqualTo(odd);
            assertThat(command.toString()).doesNotContain("it's");
        }
    }

    @Test
    void aCommandWithoutInputDoesNotWaitForIt() {
        try (SshSession ssh = session().connect()) {
            assertThat(ssh.run("cat; echo done").stdout()).isEqualTo("done\n");
        }
    }

    @Test
    void theEndOfTheInputArrivesThoughTheWindowIsFull() {
        int bytes = (8 << 20) + 1;
        try (SshSession ssh = session().connect()) {
            RemoteCommand command = RemoteCommand.builder("sleep 1; wc -c")
                    .stdin(out -> out.write(new byte[bytes]))
                    .build();

            assertThat(ssh.run(command).stdout().strip()).isEqualTo(String.valueOf(bytes));
        }
    }

    @Test
    void linesComeWhileTheCommandStillRuns() throws Exception {
        Path gate = directory.resolve("gate");
        CountDownLatch first = new CountDownLatch(1);
        List<String> lines = new ArrayList<>();
        try (SshSession ssh = session().connect();
                RunningCommand running = ssh.start(RemoteCommand.builder(
                                "echo one; while [ ! -e " + gate + " ]; do sleep 0.05; done; printf 'two\\r\\nthree'")
                        .onStdoutLine(line -> {
                            lines.add(line);
                            first.countDown();
                        })
                        .build())) {
            assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(running.isRunning()).isTrue();
            Files.createFile(gate);

            assertThat(running.await().isOk()).isTrue();
            assertThat(lines).containsExactly("one", "two", "three");
        }
    }

    @Test
    void aTimeoutEndsTheCommandThere() throws Exception {
        try (SshSession ssh = session().connect()) {
            RemoteCommand command = RemoteCommand.builder("echo $$ > " + directory.resolve("pid") + "; sleep 600")
                    .timeout(Duration.ofSeconds(1))
                    .build();

            assertThatThrownBy(() -> ssh.run(command))
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.COMMAND_TIMED_OUT));
            assertGone(directory.resolve("pid"));
        }
    }

    @Test
    void anInterruptionKillsTheCommandEvenIfItIgnoresBeingAsked() throws Exception {
        Path pid = directory.resolve("pid");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        try (SshSession ssh = session().connect()) {
            CountDownLatch up = new CountDownLatch(1);
            RemoteCommand command = RemoteCommand.builder(
                            "trap '' TERM; echo $$ > " + pid + "; echo up; while :; do sleep 1; done")
                    .onStdoutLine(line -> up.countDown())
                    .build();
            Thread caller = new Thread(() -> {
                try {
                    ssh.run(command);
                } catch (CancelledException e) {
                    failure.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            assertThat(up.await(20, TimeUnit.SECONDS)).isTrue();
            caller.interrupt();
            caller.join(30_000);

            assertThat(failure.get()).isInstanceOf(CancelledException.class);
            assertThat(flag.get()).isTrue();
            assertGone(pid);
        }
    }

    @Test
    void aListenerThatFailsEndsTheCommandAndIsHeard() {
        try (SshSession ssh = session().connect()) {
            RemoteCommand command = RemoteCommand.builder("echo x; sleep 600")
                    .onStdoutLine(line -> {
                        throw new IllegalArgumentException("mine");
                    })
                    .build();

            assertThatThrownBy(() -> ssh.run(command)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anInputThatFailsEndsTheCommandAndIsHeard() {
        try (SshSession ssh = session().connect()) {
            RemoteCommand command = RemoteCommand.builder("cat; sleep 600")
                    .stdin((OutputStream out) -> {
                        throw new IOException("the disk broke");
                    })
                    .build();

            assertThatThrownBy(() -> ssh.run(command)).hasMessageContaining("the disk broke");
        }
    }

    @Test
    void aNewInstanceThatResetsIsWaitedFor() {
        proxy.resetAtOnce(3);

        try (SshSession ssh = session().connect()) {
            assertThat(ssh.run("echo up").stdout()).isEqualTo("up\n");
        }
        assertThat(proxy.connections()).isEqualTo(4);
    }

    @Test
    void anInstanceThatStaysDownIsSaidToBeNotYetUp() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        SshSession.Builder nobody = session().address("127.0.0.1", port).connectWithin(Duration.ofMillis(600));

        assertThatThrownBy(nobody::connect)
                .hasMessageContaining("connectWithin")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.NOT_YET_UP));
    }

    @Test
    void aSilentServerIsNotWaitedForLongerThanTheDeadline() throws Exception {
        proxy.stallAfter(0);
        long start = System.nanoTime();

        assertThatThrownBy(() -> session().connectWithin(Duration.ofSeconds(1)).connect())
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.NOT_YET_UP));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void anUnknownHostIsUnreachable() {
        assertThatThrownBy(() -> session()
                        .address("no-such-host.invalid", 22)
                        .connectWithin(Duration.ofMillis(300))
                        .connect())
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void aRefusedKeyIsSaidAtOnceAndNamesTheFileOnly() throws Exception {
        Path other = SshKeyFile.write(SshKeyFile.newKey(), directory.resolve("other"), null);

        assertThatThrownBy(() -> session().keys(KeySource.file(other)).connect())
                .hasMessageContaining(other.toString())
                .hasMessageNotContaining("BEGIN")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.KEY_REFUSED));
    }

    @Test
    void aServerThatLearnsOfTheKeyLateIsGivenItsTime() throws Exception {
        KeyPair late = SshKeyFile.newKey();
        Path file = SshKeyFile.write(late, directory.resolve("late"), null);
        CompletableFuture<Void> added = CompletableFuture.runAsync(() -> {
            Leaks.await(Duration.ofSeconds(20), () -> proxy.connections() >= 2);
            server.welcome(late.getPublic());
        });

        try (SshSession ssh = session()
                .keys(KeySource.file(file))
                .keyGrace(Duration.ofSeconds(15))
                .connect()) {
            assertThat(ssh.run("true").isOk()).isTrue();
        }
        added.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aKeyBehindAPassphraseOpensAndAWrongOneTellsNothing() throws Exception {
        KeyPair pair = SshKeyFile.newKey();
        Path locked = SshKeyFile.write(pair, directory.resolve("locked"), "correct horse");
        server.welcome(pair.getPublic());

        try (SshSession ssh = session()
                .keys(KeySource.file(locked, "correct horse".toCharArray()))
                .connect()) {
            assertThat(ssh.run("true").isOk()).isTrue();
        }
        KeySource wrong = KeySource.file(locked, "battery staple".toCharArray());
        assertThat(wrong.toString()).doesNotContain("battery");
        assertThatThrownBy(() -> session().keys(wrong).connect())
                .hasMessageNotContaining("battery")
                .hasMessageContaining("passphrase")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.NO_KEY));
    }

    @Test
    void theFirstHostKeyIsToldOnceAndAnotherIsRefused() throws Exception {
        List<HostKey> told = new ArrayList<>();
        HostKeys keys = HostKeys.inFile(directory.resolve("host-keys"));
        try (SshSession ssh = session().onFirstSeen(told::add).connect()) {
            assertThat(ssh.hostKey()).isEqualTo(told.get(0));
        }
        session().onFirstSeen(told::add).connect().close();
        assertThat(told).hasSize(1);
        assertThat(told.get(0).fingerprint()).startsWith("SHA256:");

        server.changeHostKey();
        assertThatThrownBy(() -> session().connect())
                .hasMessageContaining(told.get(0).fingerprint())
                .hasMessageContaining("forget")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.HOST_KEY_CHANGED));
        // The same address under another instance's name is another server.
        session().instance("C.2").connect().close();

        keys.forget("C.1");
        session().connect().close();
        assertThat(keys.find("C.2")).isPresent();
    }

    @Test
    void aBrokenLineIsMadeAgainByTheNextCommand() {
        try (SshSession ssh = session().connect()) {
            ssh.run("true").orThrow();
            proxy.cutNow();

            assertThat(ssh.run("echo again").stdout()).isEqualTo("again\n");
            assertThat(proxy.connections()).isEqualTo(2);
        }
    }

    @Test
    void aLineThatBreaksDuringACommandIsSaidAndNotRepeated() throws Exception {
        Path count = directory.resolve("count");
        try (SshSession ssh = session().connect()) {
            CountDownLatch up = new CountDownLatch(1);
            RunningCommand running = ssh.start(RemoteCommand.builder("echo x >> " + count + "; echo up; sleep 5")
                    .onStdoutLine(line -> up.countDown())
                    .build());
            assertThat(up.await(20, TimeUnit.SECONDS)).isTrue();
            proxy.cutNow();

            assertThatThrownBy(running::await)
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.LINE_LOST));
            assertThat(Files.readAllLines(count)).hasSize(1);
        }
    }

    @Test
    void aLineThatGoesSilentIsNoticedByItsKeepAlives() {
        proxy.stallAfter(20_000);
        try (SshSession ssh = session().connect()) {
            // More than the line lets through: the write hangs, and only the silence tells.
            RemoteCommand command = RemoteCommand.builder("cat > /dev/null")
                    .stdin(out -> out.write(new byte[64 << 20]))
                    .build();

            assertThatThrownBy(() -> ssh.run(command))
                    .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.LINE_LOST));
            assertThat(ssh.run("echo back").stdout()).isEqualTo("back\n");
        }
    }

    @Test
    void twentyCommandsAtOnceAllRun() throws Exception {
        try (SshSession ssh = session().connect()) {
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int n = i;
                all.add(CompletableFuture.supplyAsync(() -> ssh.run("echo " + n).stdout()));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(all.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i + "\n");
            }
        }
    }

    @Test
    void closingEndsWhatRuns() throws Exception {
        Path pid = directory.resolve("pid");
        SshSession ssh = session().connect();
        CountDownLatch up = new CountDownLatch(1);
        RunningCommand running = ssh.start(RemoteCommand.builder("echo $$ > " + pid + "; echo up; sleep 600")
                .onStdoutLine(line -> up.countDown())
                .build());
        assertThat(up.await(20, TimeUnit.SECONDS)).isTrue();

        ssh.close();

        assertGone(pid);
        assertThat(running.isRunning()).isFalse();
        assertThatThrownBy(() -> ssh.run("true")).isInstanceOf(CancelledException.class);
    }

    @Test
    void aForwardedPortReachesTheInstanceAlsoAfterTheLineBroke() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SshSession ssh = session().connect()) {
            Thread echo = new Thread(() -> {
                for (int i = 0; i < 2; i++) {
                    try (Socket socket = service.accept()) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            echo.start();
            try (PortForward forward = ssh.forward("127.0.0.1", service.getLocalPort(), 0)) {
                assertThat(ask(forward.localPort(), "hello")).isEqualTo("hello");
                proxy.cutNow();
                assertThat(ask(forward.localPort(), "again")).isEqualTo("again");
            }
            echo.join(10_000);
        }
    }

    private static String ask(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertGone(Path pidFile) throws IOException {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        boolean gone = Leaks.await(
                Duration.ofSeconds(10),
                () -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
        assertThat(gone).as("process %d is gone", pid).isTrue();
    }
}
