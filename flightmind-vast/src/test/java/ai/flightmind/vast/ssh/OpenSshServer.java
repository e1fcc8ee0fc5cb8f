package ai.flightmind.vast.ssh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** OpenSSH's own server, an ordinary process on loopback with its own keys and settings. */
public final class OpenSshServer implements AutoCloseable {
    private static final Path SSHD = Path.of("/usr/sbin/sshd");
    private static final String PASSPHRASE = "a secret";

    private final Path directory;
    private final Process process;
    private final int port;

    private OpenSshServer(Path directory, Process process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
    }

    /** Skips the test where there is none. */
    public static OpenSshServer start(Path directory) throws Exception {
        return start(directory, Map.of());
    }

    /** As {@link #start(Path)}, with variables for its sessions. */
    public static OpenSshServer start(Path directory, Map<String, String> environment) throws Exception {
        assumeTrue(Files.isExecutable(SSHD), "needs OpenSSH's server: apt-get install openssh-server");
        makeKey(directory.resolve("host"), "");
        makeKey(directory.resolve("user"), PASSPHRASE);
        Files.copy(directory.resolve("user.pub"), directory.resolve("authorized"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> settings = new ArrayList<>(List.of(
                "Port " + port,
                "ListenAddress 127.0.0.1",
                "HostKey " + directory.resolve("host"),
                "AuthorizedKeysFile " + directory.resolve("authorized"),
                "PidFile none",
                "StrictModes no",
                "UsePAM no",
                "PasswordAuthentication no",
                "PermitRootLogin yes",
                "Subsystem sftp internal-sftp"));
        // A home of its own: this machine's start files and folders are no part of the tests.
        List<String> pairs = new ArrayList<>(List.of("\"HOME=" + Files.createDirectory(home(directory)) + "\""));
        environment.forEach((name, value) -> pairs.add("\"" + name + "=" + value + "\""));
        settings.add("SetEnv " + String.join(" ", pairs));
        Files.write(directory.resolve("config"), settings);
        // Where the package's own service never ran, its directory is missing.
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        Process process = new ProcessBuilder(
                        SSHD.toString(),
                        "-D",
                        "-e",
                        "-f",
                        directory.resolve("config").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sshd.log").toFile())
                .start();
        OpenSshServer server = new OpenSshServer(directory, process, port);
        if (!Leaks.await(Duration.ofSeconds(20), server::answers)) {
            process.destroyForcibly();
            throw new IOException(Files.readString(directory.resolve("sshd.log")));
        }
        return server;
    }

    private static void makeKey(Path file, String passphrase) throws Exception {
        makeKey(file, "ed25519", passphrase);
    }

    /** Without a passphrase if that is empty. */
    public static void makeKey(Path file, String type, String passphrase) throws Exception {
        Process keygen = new ProcessBuilder("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString())
                .inheritIO()
                .start();
        if (keygen.waitFor() != 0) {
            throw new IOException("ssh-keygen ended with status " + keygen.exitValue());
        }
    }

    private static Path home(Path directory) {
        return directory.resolve("home");
    }

    /** What {@code ~} stands for in its sessions. */
    public Path home() {
        return home(directory);
    }

    public int port() {
        return port;
    }

    public KeySource key() {
        return KeySource.file(directory.resolve("user"), PASSPHRASE.toCharArray());
    }

    /** From now on, in place of {@link #key}. */
    public void welcomeOnly(Path publicKey) throws IOException {
        Files.copy(publicKey, directory.resolve("authorized"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Beside {@link #key}. */
    public void welcome(Path publicKey) throws IOException {
        Files.writeString(directory.resolve("authorized"), Files.readString(publicKey), StandardOpenOption.APPEND);
    }

    /** The current user's, over the port of a proxy or its own. */
    public SshSession.Builder session(int overPort) {
        return SshSession.builder()
                .address("127.0.0.1", overPort)
                .user(System.getProperty("user.name"))
                .instance("C.1")
                .keys(key())
                .hostKeys(HostKeys.inMemory())
                .connectWithin(Duration.ofSeconds(20))
                .keyGrace(Duration.ZERO)
                .keepAlive(Duration.ofSeconds(1));
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.getInputStream().read() == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("sshd does not end");
        }
    }
}
