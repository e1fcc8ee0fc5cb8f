package ai.flightmind.vast.provision;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.ssh.file.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Large jars that the machine gets itself, since its line is faster: from the Maven repository, else from the bucket, else
 * they are sent from here.
 */
final class NativeJars {
    /** Its {@code get} takes a repository's own checksums and the machine's own settings. */
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0";

    private final SshSession ssh;
    private final String folder;
    private final @Nullable Bucket bucket;
    private final @Nullable URI repository;
    private final Path localRepository;
    private final Duration timeout;
    private final Attempt attempt;

    /** @param repository in place of those that Maven knows by itself; null for those */
    NativeJars(
            SshSession ssh,
            String folder,
            @Nullable Bucket bucket,
            @Nullable URI repository,
            Path localRepository,
            Duration timeout) {
        this.ssh = ssh;
        this.folder = folder + "/natives";
        this.bucket = bucket;
        this.repository = repository;
        this.localRepository = localRepository;
        this.timeout = timeout;
        this.attempt = new Attempt(ssh, timeout);
    }

    /** Its path there. */
    String install(MavenArtifact artifact, Consumer<String> progress) {
        String name = Shell.quote(artifact.fileName());
        List<String> found = ssh.run("mkdir -p " + Shell.path(folder) + " && cd " + Shell.path(folder)
                        + " && pwd || exit 1; ls " + name + " 2>/dev/null || :")
                .orThrow()
                .stdout()
                .lines()
                .toList();
        String home = found.get(0);
        String jar = home + "/" + artifact.fileName();
        if (found.size() > 1) {
            return jar;
        }
        Path local = localRepository.resolve(artifact.path());
        String here = Files.isRegularFile(local) ? hash(local) : null;
        String sha256 = artifact.sha256() != null ? artifact.sha256() : here;
        progress.accept("fetching " + artifact.fileName() + " on the machine");
        List<String> tried = new ArrayList<>();
        if (succeeded("repository", fromRepository(artifact, home, sha256), tried)
                || (bucket != null && succeeded("bucket", fromBucket(bucket, artifact, home, sha256), tried))) {
            return jar;
        }
        if (here != null && here.equals(sha256)) {
            progress.accept("sending " + artifact.fileName() + " (" + String.join("; ", tried) + ")");
            new RemoteFiles(ssh).upload(local, jar);
            return jar;
        }
        tried.add("here: " + (here == null ? "there is no " + local : local + " has SHA-256 " + here));
        throw new ProvisionException(artifact.fileName() + (sha256 == null ? "" : " with SHA-256 " + sha256)
                + " could not be brought onto the machine (" + String.join("; ", tried)
                + "). Put it into the bucket as natives/" + artifact.fileName()
                + ", or into the local Maven repository.");
    }

    private static boolean succeeded(String source, Optional<String> failure, List<String> tried) {
        failure.ifPresent(why -> tried.add(source + ": " + why));
        return failure.isEmpty();
    }

    /** The address is Maven's own knowledge, so the machine asks its Maven. */
    private Optional<String> fromRepository(MavenArtifact artifact, String home, @Nullable String sha256) {
        String coordinates = artifact.group() + ":" + artifact.artifact() + ":" + artifact.version() + ":jar"
                + (artifact.classifier().isEmpty() ? "" : ":" + artifact.classifier());
        String settings = home + "/settings.xml";
        // With a repository of its own: what it fetched is moved from there, not kept twice.
        String fetched = home + "/repository";
        String mvn = "mvn -B -q -C -Dmaven.repo.local=" + Shell.quote(fetched)
                + (repository == null ? "" : " -s " + Shell.quote(settings)) + " " + PLUGIN
                + ":get -Dtransitive=false -Dartifact=" + Shell.quote(coordinates);
        String script = "command -v mvn >/dev/null || {\n" + Packages.install("maven") + "\n} >/dev/null || exit 1\n"
                + (repository == null ? "" : "cat > " + Shell.quote(settings) + " || exit 1\n") + mvn + " </dev/null";
        return attempt.failureOf(script, repository == null ? "" : settings(repository))
                .or(() -> place(fetched + "/" + artifact.path(), home + "/" + artifact.fileName(), sha256));
    }

    private static String settings(URI repository) {
        String address = repository.toString().replace("&", "&amp;").replace("<", "&lt;");
        return "<settings><mirrors><mirror><id>given</id><mirrorOf>*</mirrorOf><url>" + address
                + "</url></mirror></mirrors></settings>\n";
    }

    private Optional<String> fromBucket(Bucket store, MavenArtifact artifact, String home, @Nullable String sha256) {
        String key = "natives/" + artifact.fileName();
        String got = Shell.quote(home + "/" + artifact.fileName() + ".got");
        try {
            if (!store.exists(key)) {
                return Optional.of("there is no " + key);
            }
            // The address is a secret for as long as it lives: no list of processes shows it. A part that is there is
            // built upon only where the whole can be judged.
            String script = String.join(
                    "\n",
                    "read -r address",
                    sha256 == null ? "rm -f " + got : "",
                    "if command -v curl >/dev/null; then get() { printf 'url = \"%s\"\\n' \"$address\""
                            + " | curl -fsS --retry 5 --connect-timeout 20 -C - -o " + got + " -K -; }",
                    "elif command -v wget >/dev/null; then get() { printf '%s\\n' \"$address\""
                            + " | wget -q --tries 5 -c -O " + got + " -i -; }",
                    "else echo 'there is neither curl nor wget' >&2; exit 1; fi",
                    "get || { rm -f " + got + "; get; }");
            return attempt.failureOf(script, store.presignGet(key, timeout).uri() + "\n")
                    .or(() ->
                            place(home + "/" + artifact.fileName() + ".got", home + "/" + artifact.fileName(), sha256));
        } catch (BucketException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Gives it its name if it is the right one, and deletes it if not. */
    private Optional<String> place(String from, String to, @Nullable String sha256) {
        String file = Shell.quote(from);
        String check = sha256 == null
                ? ""
                : "got=$(sha256sum < " + file + " | cut -c1-64); [ \"$got\" = " + sha256 + " ] || { rm -f " + file
                        + "; echo \"it has SHA-256 $got\" >&2; exit 1; }\n";
        return attempt.failureOf(check + "mv -f " + file + " " + Shell.quote(to));
    }

    private static String hash(Path file) {
        try {
            return Sha256.hexOf(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read.", e);
        }
    }
}
