package ai.flightmind.vast.ssh.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.vast.ssh.Leaks;
import ai.flightmind.vast.ssh.OpenSshServer;
import ai.flightmind.vast.ssh.SshSession;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How fast files go, beside OpenSSH's own scp over the same server. */
@Tag("sshd")
@ExtendWith(Leaks.class)
@Timeout(180)
class SpeedTest {
    private static final Logger LOG = LoggerFactory.getLogger(SpeedTest.class);
    private static final Path SCP = Path.of("/usr/bin/scp");
    private static final int SIZE = 300_000_000;
    private static final int MOST_ROUNDS = 6;
    private static final double LEAST_SHARE = 0.6;

    @TempDir
    Path directory;

    @Test
    void aFileGoesUpAndDownNearlyAsFastAsWithScp() throws Exception {
        assumeTrue(Files.isExecutable(SCP), "needs OpenSSH's client: apt-get install openssh-client");
        Path file = randomFile(directory.resolve("file"));
        try (OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
                SshSession ssh = server.session(server.port()).connect()) {
            Path identity = directory.resolve("identity");
            OpenSshServer.makeKey(identity, "ed25519", "");
            server.welcome(directory.resolve("identity.pub"));
            RemoteFiles files = new RemoteFiles(ssh);
            Best up = new Best();
            Best scpUp = new Best();
            Best down = new Best();
            Best scpDown = new Best();
            // In turns, since the machine has other work; and again while it may have been that.
            for (int round = 0; round < MOST_ROUNDS && !(round > 0 && up.near(scpUp) && down.near(scpDown)); round++) {
                Path there = directory.resolve("there");
                Path back = directory.resolve("back");
                Path scpThere = directory.resolve("scp-there");
                Path scpBack = directory.resolve("scp-back");
                up.time(() -> files.upload(file, there.toString()));
                scpUp.time(() -> scp(server, identity, file.toString(), remote(scpThere)));
                down.time(() -> files.download(there.toString(), back));
                scpDown.time(() -> scp(server, identity, remote(scpThere), scpBack.toString()));
                for (Path done : List.of(back, there, scpThere, scpBack)) {
                    assertThat(Files.mismatch(file, done)).isEqualTo(-1);
                    Files.delete(done);
                }
            }
            LOG.info("300 MB over loopback, MB/s: up {} (scp {}), down {} (scp {})", up, scpUp, down, scpDown);
            assertThat(up.near(scpUp)).as("up %s MB/s, scp %s", up, scpUp).isTrue();
            assertThat(down.near(scpDown))
                    .as("down %s MB/s, scp %s", down, scpDown)
                    .isTrue();
        }
    }

    /** The best of some transfers. */
    private static final class Best {
        private double megabytesPerSecond;

        void time(Transfer transfer) throws Exception {
            long start = System.nanoTime();
            transfer.run();
            double seconds = (System.nanoTime() - start) / 1e9;
            megabytesPerSecond = Math.max(megabytesPerSecond, SIZE / 1e6 / seconds);
        }

        boolean near(Best other) {
            return megabytesPerSecond >= LEAST_SHARE * other.megabytesPerSecond;
        }

        @Override
        public String toString() {
            return Long.toString(Math.round(megabytesPerSecond));
        }
    }

    private interface Transfer {
        void run() throws Exception;
    }

    private static String remote(Path path) {
        return System.getProperty("user.name") + "@127.0.0.1:" + path;
    }

    private void scp(OpenSshServer server, Path identity, String from, String to) throws Exception {
        Process scp = new ProcessBuilder(
                        SCP.toString(),
                        "-q",
                        "-P",
                        Integer.toString(server.port()),
                        "-i",
                        identity.toString(),
                        "-F",
                        "none",
                        "-o",
                        "StrictHostKeyChecking=no",
                        "-o",
                        "UserKnownHostsFile=" + directory.resolve("known"),
                        "-o",
                        "LogLevel=ERROR",
                        from,
                        to)
                .inheritIO()
                .start();
        assertThat(scp.waitFor()).isZero();
    }

    private static Path randomFile(Path file) throws Exception {
        Random random = new Random(1);
        byte[] piece = new byte[1 << 16];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (int left = SIZE; left > 0; left -= piece.length) {
                random.nextBytes(piece);
                out.write(piece, 0, Math.min(left, piece.length));
            }
        }
        return file;
    }
}
