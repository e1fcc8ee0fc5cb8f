package ai.flightmind.vast.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.bucket.S3Server;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.fake.host.SshKeyFile;
import ai.flightmind.vast.ssh.FaultyProxy;
import ai.flightmind.vast.ssh.Leaks;
import ai.flightmind.vast.ssh.LoopbackServer;
import ai.flightmind.vast.ssh.ProgramFolder;
import ai.flightmind.vast.ssh.SshSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Installs on a machine that is this one with another home and other programs: real SSH, Java, Maven, curl and files. */
@EnabledOnOs(OS.LINUX)
@ExtendWith(Leaks.class)
@Timeout(180)
class ProvisionerTest {
    private static final MavenArtifact NATIVES = MavenArtifact.of("org.example:thing:1.0:linux-x86_64");

    @TempDir
    Path directory;

    private final List<String> told = new ArrayList<>();
    private Path home;
    private ProgramFolder programs;
    private LoopbackServer server;
    private FaultyProxy proxy;
    private Path key;
    private SshSession ssh;

    @BeforeEach
    void start() throws Exception {
        home = Files.createDirectory(directory.resolve("home"));
        programs =
                ProgramFolder.allBut(directory.resolve("bin"), "java", "mvn", "apt-get", "sudo", "update-alternatives");
        server = new LoopbackServer(
                home,
                Map.of(
                        "HOME",
                        home.toString(),
                        "PATH",
                        programs.folder().toString(),
                        // Its Maven runs for seconds.
                        "MAVEN_OPTS",
                        "-XX:TieredStopAtLevel=1"));
        KeyPair pair = SshKeyFile.newKey();
        key = SshKeyFile.write(pair, directory.resolve("key"), null);
        server.welcome(pair.getPublic());
        proxy = new FaultyProxy(server.port());
        ssh = connect();
    }

    @AfterEach
    void stop() throws Exception {
        ssh.close();
        proxy.close();
        server.close();
    }

    private SshSession connect() {
        return proxy.session(key).connect();
    }

    private Provisioner.Builder provisioner(Path... classPath) {
        return Provisioner.builder()
                .classPath(ClassPath.of(List.of(classPath)))
                .localRepository(directory.resolve("m2"));
    }

    private Provisioned install(Provisioner.Builder provisioner) {
        return provisioner.build().install(ssh, "~/flightmind", told::add);
    }

    /** What the program prints that was installed. */
    private String run(Provisioned installed) {
        return ssh.run(installed.javaCommand() + " -cp " + installed.classPath() + " " + Hello.class.getName())
                .orThrow()
                .stdout();
    }

    /** A folder of classes, as a build leaves it. */
    private Path classes() throws IOException {
        Path classes = directory.resolve("classes");
        String name = Hello.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(classes.resolve(name).getParent());
        try (InputStream in = Objects.requireNonNull(Hello.class.getResourceAsStream("Hello.class"))) {
            Files.write(classes.resolve(name), in.readAllBytes());
        }
        return classes;
    }

    private Path jar(String name, String content) throws IOException {
        return Files.write(directory.resolve(name), jar(content.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] jar(byte[] content) throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        try (JarOutputStream out = new JarOutputStream(bytes)) {
            out.putNextEntry(new JarEntry("content"));
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private void giveJava() throws IOException {
        Files.createSymbolicLink(
                programs.folder().resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    /** Installs as apt does: nothing before an update, what it knows, and with its words when it does not. */
    private void giveApt(String... knownAndTheirEffect) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "echo \"$*\" >> ~/apt.log",
                "case \"$*\" in",
                "*update) touch ~/apt-lists; exit 0;;",
                "esac",
                "for last; do :; done",
                "[ -e ~/apt-lists ] || { echo \"E: Unable to locate package $last\" >&2; exit 100; }",
                "case $last in"));
        for (int i = 0; i < knownAndTheirEffect.length; i += 2) {
            lines.add(knownAndTheirEffect[i] + ") " + knownAndTheirEffect[i + 1] + ";;");
        }
        lines.add("*) echo \"E: Unable to locate package $last\" >&2; exit 100;;");
        lines.add("esac");
        programs.script("apt-get", lines.toArray(String[]::new));
    }

    private String link(String name, Path target) {
        return "ln -s " + target + " " + programs.folder().resolve(name);
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private Map<String, Long> filesThere() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(Files::isRegularFile)
                    .collect(java.util.stream.Collectors.toMap(
                            file -> home.relativize(file).toString(),
                            file -> file.toFile().lastModified()));
        }
    }

    @Test
    void theProgramGoesUpWithoutNativesOfOtherSystemsAndRuns() throws Exception {
        giveJava();
        Path library = jar("library.jar", "library");
        Path windows = jar("thing-1.0-windows-x86_64.jar", "windows");
        Path mac = jar("other-2.0-macosx-arm64.jar", "mac");
        Path linux = jar("thing-1.0-linux-x86_64.jar", "linux");
        Path text = Files.writeString(directory.resolve("notes.txt"), "no jar");

        Provisioned installed =
                install(provisioner(classes(), library, windows, mac, linux, text, directory.resolve("gone")));

        assertThat(run(installed)).startsWith("hello from file:" + home + "/flightmind/program/");
        assertThat(installed.changed()).isTrue();
        assertThat(installed.classPath().split(":", -1))
                .hasSize(3)
                .allSatisfy(path -> assertThat(Path.of(path)).isRegularFile());
        assertThat(installed.classPath()).contains("library.jar", "thing-1.0-linux-x86_64.jar");
        assertThat(installed.notes())
                .contains(
                        "thing-1.0-windows-x86_64.jar is for another system",
                        "other-2.0-macosx-arm64.jar is for another system, and there is none of it for Linux: add it to"
                                + " natives()",
                        text + " is neither a jar nor a directory",
                        directory.resolve("gone") + " is not there")
                .anySatisfy(note -> assertThat(note).matches("3 of 3 jars sent, .*"));
    }

    @Test
    void jarsThatLieElsewhereBehindLinksGoUpAsFiles() throws Exception {
        giveJava();
        Path store = Files.createDirectory(directory.resolve("store"));
        Path jar = Files.write(store.resolve("4711"), jar(new byte[1_000]));
        Path linked = Files.createSymbolicLink(directory.resolve("linked.jar"), jar);

        Provisioned installed = install(provisioner(classes(), linked));

        assertThat(run(installed)).startsWith("hello");
        String there = installed.classPath().split(":", -1)[1];
        assertThat(Path.of(there)).isRegularFile().hasSameBinaryContentAs(jar);
    }

    @Test
    void aSecondInstallationDoesNothingAndAChangeSendsOnlyWhatChanged() throws Exception {
        giveJava();
        Path library = jar("library.jar", "library");
        Path classes = classes();
        install(provisioner(classes, library));
        Map<String, Long> before = filesThere();

        Provisioned again = install(provisioner(classes, library));

        assertThat(again.changed()).isFalse();
        assertThat(filesThere()).isEqualTo(before);

        Files.writeString(classes.resolve("resource"), "new");
        Provisioned changed = install(provisioner(classes, library));

        assertThat(changed.notes()).singleElement().asString().startsWith("1 of 2 jars sent");
        assertThat(run(changed)).startsWith("hello");
    }

    @Test
    void anInterruptedInstallationGoesOnWhereItWas() throws Exception {
        giveJava();
        byte[] content = new byte[6_000_000];
        new Random(1).nextBytes(content);
        Path library = Files.write(directory.resolve("library.jar"), jar(content));
        Path classes = classes();
        ssh.close();
        proxy.stallAfter(4_000_000);
        ssh = connect();
        Path part = home.resolve("flightmind/program/incoming.tgz.part");
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread installing =
                new Thread(() -> ended.complete(catchThrowable(() -> install(provisioner(classes, library)))));
        installing.start();
        assertThat(Leaks.await(Duration.ofSeconds(30), () -> part.toFile().length() > 3_000_000))
                .isTrue();
        installing.interrupt();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
        ssh.close();
        // What is still missing passes; all of it would not.
        proxy.cutAfter(5_000_000);
        int connections = proxy.connections();
        ssh = connect();

        Provisioned installed = install(provisioner(classes, library));

        assertThat(run(installed)).startsWith("hello");
        assertThat(proxy.connections()).isEqualTo(connections + 1);
        assertThat(part).doesNotExist();
    }

    @Test
    void whatHalfInstalledProgramsLeftIsNoObstacle() throws Exception {
        giveJava();
        Path incoming = Files.createDirectories(home.resolve("flightmind/program/incoming"));
        Files.writeString(incoming.resolve("torn.jar"), "half");
        Files.createDirectories(home.resolve("flightmind/java/bin"));

        Provisioned installed = install(provisioner(classes()));

        assertThat(run(installed)).startsWith("hello");
        assertThat(incoming).doesNotExist();
    }

    @Test
    void aJavaThatIsTooOldIsLeftAloneAndAnotherIsInstalled() throws Exception {
        programs.script("java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
        programs.script(
                "update-alternatives",
                "[ \"$*\" = '--list java' ] && echo " + programs.folder() + "/java && cat ~/alternatives 2>/dev/null");
        giveApt("openjdk-17-jre-headless", "echo " + java() + " > ~/alternatives");

        Provisioned installed = install(provisioner(classes()));

        assertThat(installed.javaCommand()).isEqualTo(java().toString());
        assertThat(run(installed)).startsWith("hello");
        assertThat(told.get(0)).isEqualTo("installing Java 17 from the machine's distribution");
    }

    @Test
    void whereTheDistributionHasOnlyANewerJavaThatIsTaken() throws Exception {
        giveApt("default-jre-headless", link("java", java()));

        assertThat(run(install(provisioner(classes())))).startsWith("hello");
        assertThat(home.resolve("apt.log")).content().contains("DPkg::Lock::Timeout", "openjdk-17-jre-headless");
        assertThat(install(provisioner(classes())).changed()).isFalse();
    }

    @Test
    void anInstallationOfTheMachinesOwnIsWaitedFor() throws Exception {
        giveApt("default-jre-headless", link("java", java()));
        programs.script("sleep", "mv ~/apt-get " + programs.folder() + "/apt-get");
        Files.move(programs.folder().resolve("apt-get"), home.resolve("apt-get"));
        programs.script(
                "apt-get",
                "echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)' >&2; exit 100");

        assertThat(run(install(provisioner(classes())))).startsWith("hello");
    }

    @Test
    void theJavaOfThisJvmIsSentWhereNoneCanBeInstalled() throws Exception {
        giveApt();
        Path files = Files.createDirectories(directory.resolve("jvm-files"));
        Path jvm = directory.resolve("jvm");
        Process jlink = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                        "--add-modules",
                        "java.base",
                        "--output",
                        jvm.toString())
                .inheritIO()
                .start();
        assertThat(jlink.waitFor()).isZero();
        // As distributions do: what is to be edited lies elsewhere.
        Files.move(jvm.resolve("lib/jvm.cfg"), files.resolve("jvm.cfg"));
        Files.createSymbolicLink(jvm.resolve("lib/jvm.cfg"), files.resolve("jvm.cfg"));

        Provisioned installed = install(provisioner(classes()).javaRuntime(jvm));

        assertThat(installed.javaCommand()).isEqualTo(home + "/flightmind/java/bin/java");
        Files.delete(files.resolve("jvm.cfg"));
        assertThat(run(installed)).startsWith("hello");
        assertThat(install(provisioner(classes()).javaRuntime(jvm)).changed()).isFalse();
    }

    @Test
    void withoutAnyJavaTheErrorSaysWhatWasTried() throws Exception {
        giveApt();
        Path noJava = directory.resolve("no-java");
        Files.createDirectories(noJava.resolve("bin"));

        assertThatThrownBy(() -> install(provisioner(classes()).javaRuntime(noJava)))
                .isInstanceOf(ProvisionException.class)
                .hasMessageContaining("openjdk-17-jre-headless: E: Unable to locate package")
                .hasMessageContaining("default-jre-headless: E: Unable")
                .hasMessageContaining(noJava + ": does not run there")
                .hasMessageContaining("javaRuntime()");
        assertThatThrownBy(() -> install(provisioner(classes()).javaFeature(99).javaRuntime(noJava)))
                .hasMessageContaining("There is no Java 99");
    }

    @Test
    void nativesComeFromTheRepositoryByTheMachinesOwnMaven() throws Exception {
        giveJava();
        giveApt("maven", link("mvn", Path.of("/usr/bin/mvn")));
        byte[] content = jar(new byte[100_000]);
        MavenArtifact pinned = NATIVES.withSha256(Registry.hex("SHA-256", content));
        MavenArtifact wrong = MavenArtifact.of("org.example:wrong:1.0").withSha256("0".repeat(64));
        try (Registry registry = new Registry(directory.resolve("registry"))) {
            registry.add(NATIVES, content);
            registry.add(wrong, content);
            Path cpu = jar("thing-1.0-linux-x86_64-gpu.jar", "the other build");

            Provisioned installed =
                    install(provisioner(classes(), cpu).natives(List.of(pinned)).repository(registry.address()));

            Path jar = home.resolve("flightmind/natives/thing-1.0-linux-x86_64.jar");
            assertThat(jar).hasBinaryContent(content);
            assertThat(installed.classPath()).endsWith(":" + jar).doesNotContain("gpu");
            assertThat(installed.notes()).contains("thing-1.0-linux-x86_64-gpu.jar is installed there instead");
            assertThat(run(installed)).startsWith("hello");
            assertThat(registry.asked()).containsExactly(NATIVES.path());
            assertThat(install(provisioner(classes(), cpu).natives(List.of(pinned)))
                            .changed())
                    .isFalse();

            assertThatThrownBy(() -> install(
                            provisioner(classes()).natives(List.of(wrong)).repository(registry.address())))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessageContaining("wrong-1.0.jar with SHA-256 000")
                    .hasMessageContaining("repository: it has SHA-256 " + pinned.sha256());
            assertThat(home.resolve("flightmind/natives/wrong-1.0.jar")).doesNotExist();
        }
    }

    @Test
    void whatArrivesDamagedIsNotTakenAndComesFromHereInstead() throws Exception {
        giveJava();
        Files.createSymbolicLink(programs.folder().resolve("mvn"), Path.of("/usr/bin/mvn"));
        byte[] content = jar(new byte[100_000]);
        try (Registry registry = new Registry(directory.resolve("registry"))) {
            registry.add(NATIVES, content);
            registry.damage();
            Provisioner.Builder damaged =
                    provisioner(classes()).natives(List.of(NATIVES)).repository(registry.address());
            assertThatThrownBy(() -> install(damaged))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessageContaining("repository: [ERROR]")
                    .hasMessageContaining("here: there is no " + directory.resolve("m2"));

            Path local = directory.resolve("m2").resolve(NATIVES.path());
            Files.createDirectories(local.getParent());
            Files.write(local, content);
            install(damaged);
        }
        assertThat(home.resolve("flightmind/natives/thing-1.0-linux-x86_64.jar"))
                .hasBinaryContent(content);
        assertThat(told).last().asString().startsWith("sending thing-1.0-linux-x86_64.jar (repository: [ERROR]");
    }

    @Test
    void nativesComeFromTheBucketWhereThereIsNoRepository() throws Exception {
        giveJava();
        byte[] content = jar(new byte[100_000]);
        Path file = Files.write(directory.resolve("file"), content);
        // Its arguments are for everybody to see.
        programs.script("curl", "echo \"$*\" >> ~/curl.log", "exec /usr/bin/curl \"$@\"");
        try (S3Server store = S3Server.start(Files.createDirectory(directory.resolve("store")));
                Bucket bucket = store.bucket().build()) {
            Provisioner.Builder provisioner =
                    provisioner(classes()).natives(List.of(NATIVES)).bucket(bucket);
            assertThatThrownBy(() -> install(provisioner))
                    .isInstanceOf(ProvisionException.class)
                    .hasMessageContaining("repository: ")
                    .hasMessageContaining("bucket: there is no natives/thing-1.0-linux-x86_64.jar");

            bucket.upload(file, "natives/thing-1.0-linux-x86_64.jar", progress -> {});
            install(provisioner);

            Path jar = home.resolve("flightmind/natives/thing-1.0-linux-x86_64.jar");
            assertThat(jar).hasBinaryContent(content);
            assertThat(home.resolve("curl.log")).content().contains("-K -").doesNotContain("http");

            Files.delete(jar);
            assertThatThrownBy(() -> install(provisioner.natives(List.of(NATIVES.withSha256("1".repeat(64))))))
                    .hasMessageContaining("bucket: it has SHA-256 " + Registry.hex("SHA-256", content));
            assertThat(jar).doesNotExist();

            Files.delete(programs.folder().resolve("curl"));
            install(provisioner.natives(List.of(NATIVES)));
            assertThat(jar).as("by wget").hasBinaryContent(content);

            Files.delete(jar);
            Files.delete(programs.folder().resolve("wget"));
            assertThatThrownBy(() -> install(provisioner)).hasMessageContaining("neither curl nor wget");
        }
    }

    @Test
    void whatIsMissingAmongTheMachinesProgramsIsInstalled() throws Exception {
        Files.delete(programs.folder().resolve("curl"));
        giveApt("curl", link("curl", Path.of("/usr/bin/curl")));

        assertThat(Tools.install(ssh, "curl", "sed")).isEmpty();
        assertThat(Tools.install(ssh, "curl")).isEmpty();
        assertThat(home.resolve("apt.log")).content().containsOnlyOnce("install -y");
        assertThat(Tools.install(ssh, "no-such-program")).hasValue("E: Unable to locate package no-such-program");
    }
}
