package ai.flightmind.vast.ssh.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.fake.host.SshKeyFile;
import ai.flightmind.vast.ssh.FaultyProxy;
import ai.flightmind.vast.ssh.Leaks;
import ai.flightmind.vast.ssh.LoopbackServer;
import ai.flightmind.vast.ssh.SshSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files over a real server in this process, behind a line that breaks at given bytes. */
@ExtendWith(Leaks.class)
@EnabledOnOs(OS.LINUX)
@Timeout(90)
class RemoteFilesTest {
    private static final int SIZE = 3_000_000;

    @TempDir
    Path directory;

    private LoopbackServer server;
    private FaultyProxy proxy;
    private Path key;
    private Path here;
    private Path there;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer();
        proxy = new FaultyProxy(server.port());
        KeyPair pair = SshKeyFile.newKey();
        key = SshKeyFile.write(pair, directory.resolve("key"), null);
        server.welcome(pair.getPublic());
        here = Files.createDirectories(directory.resolve("here"));
        there = directory.resolve("th ere");
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    private SshSession connect() {
        return proxy.session(key).keepAlive(Duration.ofSeconds(1)).connect();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aFileGoesUpAndComesDownWithItsMode() throws Exception {
        Path file = Files.write(here.resolve("it's a file"), random(SIZE));
        Files.setAttribute(file, "unix:mode", 0750);
        AtomicLong last = new AtomicLong();
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);

            TransferReport up = files.upload(file, there + "/deep er/$x", (done, total) -> last.set(done));
            TransferReport down = files.download(there + "/deep er/$x", here.resolve("back/again"));

            assertThat(up.sentBytes()).isEqualTo(SIZE);
            assertThat(last).hasValue(SIZE);
            assertThat(down.sha256()).isEqualTo(up.sha256());
            assertThat(here.resolve("back/again")).hasSameBinaryContentAs(file);
            assertThat((int) Files.getAttribute(there.resolve("deep er/$x"), "unix:mode") & 0777)
                    .isEqualTo(0750);
            assertThat((int) Files.getAttribute(here.resolve("back/again"), "unix:mode") & 0777)
                    .isEqualTo(0750);
        }
        assertNothingHalfDone();
    }

    @Test
    void anEmptyFileIsAFile() throws Exception {
        Path file = Files.createFile(here.resolve("empty"));
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);
            files.upload(file, there + "/empty");
            files.download(there + "/empty", here.resolve("back"));
        }
        assertThat(here.resolve("back")).isEmptyFile();
    }

    @Test
    void whatIsThereAlreadyIsNotSentAgain() throws Exception {
        Path file = Files.write(here.resolve("file"), random(SIZE));
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);
            files.upload(file, there + "/file");

            assertThat(files.upload(file, there + "/file").sentBytes()).isZero();
            assertThat(files.download(there + "/file", file).sentBytes()).isZero();
        }
    }

    @Test
    void anUploadGoesOnWhereTheLineBroke() throws Exception {
        Path file = Files.write(here.resolve("file"), random(SIZE));
        proxy.cutAfter(SIZE / 2).cutAfter(SIZE / 3);
        try (SshSession ssh = connect()) {
            TransferReport report = new RemoteFiles(ssh).upload(file, there + "/file");

            assertThat(report.attempts()).isGreaterThan(1);
            assertThat(proxy.connections()).isEqualTo(3);
        }
        assertThat(there.resolve("file")).hasSameBinaryContentAs(file);
        assertNothingHalfDone();
    }

    @Test
    void aDownloadGoesOnWhereTheLineBroke() throws Exception {
        Files.createDirectories(there);
        Path file = Files.write(there.resolve("file"), random(SIZE));
        proxy.cutAfter(SIZE / 2).cutAfter(SIZE / 3);
        try (SshSession ssh = connect()) {
            TransferReport report = new RemoteFiles(ssh).download(file.toString(), here.resolve("file"));

            assertThat(report.attempts()).isEqualTo(3);
            assertThat(report.sentBytes()).isEqualTo(SIZE);
        }
        assertThat(here.resolve("file")).hasSameBinaryContentAs(file);
        assertNothingHalfDone();
    }

    @Test
    void aLineThatStallsDuringAnUploadIsLeft() throws Exception {
        Path file = Files.write(here.resolve("file"), random(SIZE));
        proxy.stallAfter(SIZE / 2);
        try (SshSession ssh = connect()) {
            new RemoteFiles(ssh).upload(file, there + "/file");
        }
        assertThat(there.resolve("file")).hasSameBinaryContentAs(file);
    }

    @Test
    void whatAnEarlierProgramLeftIsUsedOnlyIfItIsTheSame() throws Exception {
        byte[] bytes = random(SIZE);
        Path file = Files.write(here.resolve("file"), bytes);
        Files.createDirectories(there);
        Files.write(there.resolve("good.part"), java.util.Arrays.copyOf(bytes, 1_000_000));
        Files.write(there.resolve("bad.part"), random(1_000_000));
        Files.write(there.resolve("long.part"), random(SIZE + 1));
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);

            assertThat(files.upload(file, there + "/good").sentBytes()).isEqualTo(SIZE - 1_000_000);
            assertThat(files.upload(file, there + "/bad").sentBytes()).isEqualTo(SIZE);
            assertThat(files.upload(file, there + "/long").sentBytes()).isEqualTo(SIZE);

            Files.write(here.resolve("down.part"), java.util.Arrays.copyOf(bytes, 2_000_000));
            assertThat(files.download(there + "/good", here.resolve("down")).sentBytes())
                    .isEqualTo(SIZE - 2_000_000);
            Files.write(here.resolve("down2.part"), random(2_000_000));
            assertThat(files.download(there + "/good", here.resolve("down2")).sentBytes())
                    .isEqualTo(SIZE);
        }
        for (String name : List.of("good", "bad", "long")) {
            assertThat(there.resolve(name)).hasSameBinaryContentAs(file);
        }
        assertThat(here.resolve("down")).hasSameBinaryContentAs(file);
        assertThat(here.resolve("down2")).hasSameBinaryContentAs(file);
    }

    @Test
    void whatCannotBeWrittenOrReadIsSaidWithTheReason() throws Exception {
        Path file = Files.write(here.resolve("file"), random(1000));
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);

            assertThatThrownBy(() -> files.upload(file, "/proc/no/such"))
                    .satisfies(e -> assertThat(((SshException) e).kind()).isEqualTo(Kind.TRANSFER_FAILED));
            assertThatThrownBy(() -> files.download("/no/such", here.resolve("x")))
                    .hasMessageContaining("/no/such is not there");
            assertThatThrownBy(() -> files.upload(here.resolve("none"), "x")).hasMessageContaining("none");
            assertThatThrownBy(() -> files.downloadTree("/no/such", here.resolve("x"), TransferProgress.NONE))
                    .hasMessageContaining("no directory");
        }
    }

    @Test
    void aTreeKeepsItsFilesModesAndInnerLinksBothWaysThoughTheLineBreaks() throws Exception {
        Path tree = makeTree();
        proxy.cutAfter(SIZE / 2).cutAfter(SIZE / 3);
        Path back = here.resolve("back");
        try (SshSession ssh = connect()) {
            RemoteFiles files = new RemoteFiles(ssh);

            TransferReport up = files.uploadTree(tree, there + "/tree/", TransferProgress.NONE);
            assertThat(up.attempts()).isGreaterThan(1);
            assertThat(up.skipped()).containsExactly("out: its link leads outside the tree");
            assertSame(tree, there.resolve("tree"));

            Files.createSymbolicLink(there.resolve("tree/absolute"), Path.of("/nowhere/at/all"));
            proxy.cutAfter(SIZE / 2);
            proxy.cutNow();
            TransferReport down = files.downloadTree(there + "/tree", back, TransferProgress.NONE);
            assertThat(down.attempts()).isGreaterThan(1);
            assertThat(down.skipped()).hasSize(1).first().asString().contains("absolute");
        }
        assertSame(tree, back);
        assertThat(back.resolve("absolute")).doesNotExist();
        assertNothingHalfDone();
    }

    @Test
    void anArchiveThatReachesOutIsRefused() throws Exception {
        Path victim = directory.resolve("victim");
        for (String name : List.of("../victim", "a/../../victim", directory + "/victim")) {
            Path archive = directory.resolve("evil.tgz");
            try (TarArchiveOutputStream tar =
                    new TarArchiveOutputStream(new GzipCompressorOutputStream(Files.newOutputStream(archive)))) {
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(1);
                tar.putArchiveEntry(entry);
                tar.write(1);
                tar.closeArchiveEntry();
            }
            assertThatThrownBy(() -> Tree.unpack(archive, here.resolve("into"))).isInstanceOf(IOException.class);
            assertThat(victim).doesNotExist();
        }
    }

    @Test
    void aLinkInTheTargetThatLeadsOutIsNotWrittenThrough() throws Exception {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Path into = Files.createDirectories(here.resolve("into"));
        Files.createSymbolicLink(into.resolve("door"), outside);
        Path archive = directory.resolve("evil.tgz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GzipCompressorOutputStream(Files.newOutputStream(archive)))) {
            TarArchiveEntry link = new TarArchiveEntry("door2", TarConstants.LF_SYMLINK);
            link.setLinkName(outside.toString());
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
            TarArchiveEntry entry = new TarArchiveEntry("door/file");
            entry.setSize(1);
            tar.putArchiveEntry(entry);
            tar.write(1);
            tar.closeArchiveEntry();
        }

        assertThatThrownBy(() -> Tree.unpack(archive, into)).hasMessageContaining("outside");
        assertThat(outside).isEmptyDirectory();
        assertThat(into.resolve("door2")).doesNotExist();
    }

    @Test
    void aFollowedLogIsCompleteAndInOrderThoughTheLineBreaksAndItIsRotated() throws Exception {
        Path log = Files.createDirectories(there).resolve("train.log");
        List<String> got = Collections.synchronizedList(new ArrayList<>());
        List<String> written = new ArrayList<>();
        try (SshSession ssh = connect();
                Follow follow = new RemoteFiles(ssh).follow(log.toString(), got::add)) {
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 50; i++) {
                    String line = "round " + round + " step " + i + " löss";
                    written.add(line);
                    Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
                if (round % 2 == 0) {
                    proxy.cutNow();
                } else {
                    await(() -> got.size() == written.size());
                }
                if (round == 1 || round == 4) {
                    Files.move(log, there.resolve("train.log." + round), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            await(() -> got.size() >= written.size());
            assertThat(got).containsExactlyElementsOf(written);

            Files.writeString(log, "short\n");
            written.add("short");
            await(() -> got.size() >= written.size());
            assertThat(follow.isFollowing()).isTrue();
            follow.close();
            Files.writeString(log, "more\n", StandardOpenOption.APPEND);
            List<String> rest = Collections.synchronizedList(new ArrayList<>());
            try (Follow again = new RemoteFiles(ssh).follow(log.toString(), follow.position(), rest::add)) {
                await(() -> !rest.isEmpty());
                assertThat(again.position().offset()).isEqualTo(11);
            }
            assertThat(rest).containsExactly("more");
        }
        assertThat(got).containsExactlyElementsOf(written);
    }

    @Test
    void aListenerThatFailsEndsTheFollowing() throws Exception {
        Path log = Files.writeString(here.resolve("log"), "x\n");
        try (SshSession ssh = connect();
                Follow follow = new RemoteFiles(ssh).follow(log.toString(), line -> {
                    throw new IllegalArgumentException("mine");
                })) {
            assertThatThrownBy(follow::await).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        assertThat(Leaks.await(Duration.ofSeconds(30), condition)).isTrue();
    }

    private Path makeTree() throws IOException {
        Path tree = Files.createDirectories(here.resolve("tree"));
        Files.createDirectories(tree.resolve("empty"));
        Files.write(Files.createDirectories(tree.resolve("deep/er")).resolve("data.bin"), random(SIZE));
        for (int i = 0; i < 50; i++) {
            Files.writeString(tree.resolve("dätä " + i + ".txt"), "line\n".repeat(i));
        }
        Files.setAttribute(Files.writeString(tree.resolve("run.sh"), "exit 0"), "unix:mode", 0755);
        Files.createSymbolicLink(tree.resolve("latest"), Path.of("deep/er/data.bin"));
        Files.createSymbolicLink(tree.resolve("out"), Path.of("../../outside"));
        return tree;
    }

    private static void assertSame(Path one, Path other) throws IOException {
        try (Stream<Path> walk = Files.walk(one)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                Path twin = other.resolve(one.relativize(path).toString());
                if (path.endsWith("out")) {
                    assertThat(twin).doesNotExist();
                } else if (Files.isSymbolicLink(path)) {
                    assertThat(Files.readSymbolicLink(twin)).isEqualTo(Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path)) {
                    assertThat(twin).hasSameBinaryContentAs(path);
                    assertThat(Files.getAttribute(twin, "unix:mode")).isEqualTo(Files.getAttribute(path, "unix:mode"));
                } else {
                    assertThat(twin).isDirectory();
                }
            }
        }
    }

    private void assertNothingHalfDone() throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            assertThat(walk.filter(path -> path.toString().endsWith(".part"))).isEmpty();
        }
    }
}
