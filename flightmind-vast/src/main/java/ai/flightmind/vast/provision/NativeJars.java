package ai.flightmind.vast.provision;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.ssh.CommandResult;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.ssh.file.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Large jars that the machine gets itself, since its line is faster: from the Maven repository, else from the bucket, else
 * they are sent from here.
 */
final class NativeJars {
    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

    private final SshSession ssh;
    private final String folder;
    private final @Nullable Bucket bucket;
    private final Path localRepository;
    private final Duration timeout;

    NativeJars(SshSession ssh, String folder, @Nullable Bucket bucket, Path localRepository, Duration timeout) {
        this.ssh = ssh;
        this.folder = folder + "/natives";
        this.bucket = bucket;
        this.localRepository = localRepository;
        this.timeout = timeout;
    }

    /** Its path there. */
    String install(MavenArtifact artifact, Consumer<String> progress) {
        String home = ssh.run("mkdir -p " + Shell.path(folder) + " && cd " + Shell.path(folder) + " && pwd")
                .orThrow()
                .stdout()
                .strip();
        String jar = home + "/" + artifact.fileName();
        if (ssh.run("[ -f " + Shell.quote(jar) + " ]").isOk()) {
            return jar;
        }
        String sha256 = expected(artifact);
        List<String> tried = new ArrayList<>();
        progress.accept("fetching " + artifact.fileName() + " on the machine");
        if (fromRegistry(artifact, home, sha256, tried) || fromBucket(artifact, jar, sha256, tried)) {
            return jar;
        }
        Path local = local(artifact);
        if (Files.isRegularFile(local)) {
            progress.accept("sending " + artifact.fileName() + ": " + String.join("; ", tried));
            new RemoteFiles(ssh).upload(local, jar + ".sent");
            if (put(jar + ".sent", jar, sha256)) {
                return jar;
            }
            tried.add("here: " + local + " has another SHA-256 than is asked");
        } else {
            tried.add("here: there is no " + local);
        }
        throw new ProvisionException(artifact.fileName() + " could not be brought onto the machine ("
                + String.join("; ", tried) + "). Put it into the bucket as natives/" + artifact.fileName()
                + ", or into the local Maven repository.");
    }

    /** Maven compares the repository's own checksums, and is told of no other address than its own. */
    private boolean fromRegistry(MavenArtifact artifact, String home, @Nullable String sha256, List<String> tried) {
        String coordinates = artifact.group() + ":" + artifact.artifact() + ":" + artifact.version() + ":jar"
                + (artifact.classifier().isEmpty() ? "" : ":" + artifact.classifier());
        String incoming = home + "/registry";
        CommandResult fetched = ssh.run(RemoteCommand.builder(String.join(
                        "\n",
                        "command -v mvn >/dev/null 2>&1 || { " + Packages.install("maven") + "; } || exit 1",
                        "rm -rf " + Shell.quote(incoming),
                        "mvn -B -q -C " + COPY + " -Dartifact=" + Shell.quote(coordinates) + " -DoutputDirectory="
                                + Shell.quote(incoming)))
                .timeout(timeout)
                .build());
        if (!fetched.isOk()) {
            tried.add("registry: " + Packages.lastLine(fetched));
            return false;
        }
        if (!put(incoming + "/" + artifact.fileName(), home + "/" + artifact.fileName(), sha256)) {
            tried.add("registry: its jar has another SHA-256 than is asked");
            return false;
        }
        return true;
    }

    private boolean fromBucket(MavenArtifact artifact, String jar, @Nullable String sha256, List<String> tried) {
        if (bucket == null) {
            return false;
        }
        String key = "natives/" + artifact.fileName();
        try {
            if (!bucket.exists(key)) {
                tried.add("bucket: there is no " + key);
                return false;
            }
            // The address is a secret for as long as it lives: it goes through standard input.
            CommandResult fetched =
                    ssh.run(RemoteCommand.builder("curl -fsS --retry 5 -o " + Shell.quote(jar + ".got") + " -K -")
                            .stdin("url = \"" + bucket.presignGet(key, timeout).uri() + "\"\n")
                            .timeout(timeout)
                            .build());
            if (fetched.isOk() && put(jar + ".got", jar, sha256)) {
                return true;
            }
            tried.add("bucket: "
                    + (fetched.isOk()
                            ? "another SHA-256 than is asked"
                            : "curl ended with status " + fetched.exitStatus()));
        } catch (BucketException e) {
            tried.add("bucket: " + e.getMessage());
        }
        return false;
    }

    private boolean put(String from, String to, @Nullable String sha256) {
        String check = sha256 == null
                ? ""
                : "[ \"$(sha256sum " + Shell.quote(from) + " | cut -c1-64)\" = " + sha256 + " ] && ";
        try {
            return ssh.run(RemoteCommand.builder(check + "mv -f " + Shell.quote(from) + " " + Shell.quote(to)
                                    + " || { rm -f " + Shell.quote(from) + "; exit 1; }")
                            .timeout(timeout)
                            .build())
                    .isOk();
        } catch (SshException e) {
            if (e.kind() == SshException.Kind.COMMAND_TIMED_OUT) {
                return false;
            }
            throw e;
        }
    }

    private @Nullable String expected(MavenArtifact artifact) {
        if (artifact.sha256() != null) {
            return artifact.sha256();
        }
        Path local = local(artifact);
        try {
            return Files.isRegularFile(local) ? Sha256.hexOf(local) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(local + " cannot be read.", e);
        }
    }

    private Path local(MavenArtifact artifact) {
        return localRepository
                .resolve(artifact.group().replace('.', '/'))
                .resolve(artifact.artifact())
                .resolve(artifact.version())
                .resolve(artifact.fileName());
    }
}
