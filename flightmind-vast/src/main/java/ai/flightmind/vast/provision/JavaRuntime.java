package ai.flightmind.vast.provision;

import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A Java of the machine: the one it has, else its distribution's, else one that is sent. */
final class JavaRuntime {
    /** A line of {@link #findScript}: its path, then what it says of itself. */
    private static final Pattern FOUND = Pattern.compile("(/\\S.*)\\t.*?version \"(?:1\\.)?(\\d+).*");

    /** Of a development kit, what only compiling and reading need. */
    private static final List<String> NOT_SENT = List.of("demo", "include", "jmods", "legal", "man", "lib/src.zip");

    private final SshSession ssh;
    private final String folder;
    private final int feature;
    private final @Nullable Path local;
    private final Attempt attempt;

    /** @param local the home of a Java for Linux, to be sent where none can be installed; null for none */
    JavaRuntime(SshSession ssh, String folder, int feature, @Nullable Path local, Duration timeout) {
        this.ssh = ssh;
        this.folder = folder + "/java";
        this.feature = feature;
        this.local = local;
        this.attempt = new Attempt(ssh, timeout);
    }

    /** The path of the command; tells what it does, if it does anything. */
    String install(Consumer<String> progress) {
        Optional<String> found = find();
        if (found.isPresent()) {
            return found.get();
        }
        progress.accept("installing Java " + feature + " from the machine's distribution");
        List<String> tried = new ArrayList<>();
        for (String name : new String[] {"openjdk-" + feature + "-jre-headless", "default-jre-headless"}) {
            Optional<String> failure = attempt.failureOf(Packages.install(name));
            found = find();
            if (found.isPresent()) {
                return found.get();
            }
            tried.add(name + ": " + failure.orElse("too old, or not on the path"));
        }
        if (local != null) {
            progress.accept("sending Java from " + local);
            Optional<String> failure = send(local);
            found = find();
            if (found.isPresent()) {
                return found.get();
            }
            tried.add(local + ": " + failure.orElse("does not run there"));
        }
        throw new ProvisionException("There is no Java " + feature + " on the machine, and none could be installed ("
                + String.join("; ", tried) + "). Take an image that has one, or give javaRuntime().");
    }

    /** Appears whole under its name. */
    private Optional<String> send(Path home) {
        String incoming = folder + ".incoming";
        try (Staging staging = new Staging()) {
            staging.addTree(home, NOT_SENT);
            ssh.run("rm -rf " + Shell.path(incoming)).orThrow();
            new RemoteFiles(ssh).uploadTree(staging.folder(), incoming);
            ssh.run("rm -rf " + Shell.path(folder) + " && mv " + Shell.path(incoming) + " " + Shell.path(folder))
                    .orThrow();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("it cannot be read: " + e);
        } catch (SshException e) {
            if (e.kind() != SshException.Kind.TRANSFER_FAILED) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> find() {
        return ssh.run(findScript())
                .orThrow()
                .stdout()
                .lines()
                .map(FOUND::matcher)
                .filter(Matcher::matches)
                .filter(java -> Integer.parseInt(java.group(2)) >= feature)
                .map(java -> java.group(1))
                .findFirst();
    }

    /** An older one may stand before it on the path. */
    private String findScript() {
        return String.join(
                "\n",
                "{ command -v java; echo " + Shell.path(folder + "/bin/java")
                        + "; [ -z \"$JAVA_HOME\" ] || echo \"$JAVA_HOME/bin/java\"",
                "update-alternatives --list java; } 2>/dev/null | while read -r java; do",
                "  [ -x \"$java\" ] && said=$(\"$java\" -version 2>&1 </dev/null) || continue",
                "  printf '%s\\t' \"$java\"; printf %s \"$said\" | tr '\\n' ' '; echo",
                "done");
    }

    /** This JVM's own, if it would run there. */
    static @Nullable Path ofThisJvm() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        boolean same =
                system.contains("linux") && System.getProperty("os.arch", "").equals("amd64");
        return same ? Path.of(System.getProperty("java.home")) : null;
    }
}
