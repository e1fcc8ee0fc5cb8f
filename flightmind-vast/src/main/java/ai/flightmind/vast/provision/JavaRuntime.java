package ai.flightmind.vast.provision;

import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.ssh.CommandResult;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.ssh.file.TransferProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A Java of the machine: the one it has, else its distribution's, else one that is sent. */
final class JavaRuntime {
    private static final Pattern VERSION = Pattern.compile("version \"(?:1\\.)?(\\d+)");

    private final SshSession ssh;
    private final String folder;
    private final int feature;
    private final @Nullable Path local;
    private final Duration timeout;

    /** @param local the home of a Java for Linux, to be sent where none can be installed; null for none */
    JavaRuntime(SshSession ssh, String folder, int feature, @Nullable Path local, Duration timeout) {
        this.ssh = ssh;
        this.folder = folder + "/java";
        this.feature = feature;
        this.local = local;
        this.timeout = timeout;
    }

    /** The command; tells what it does, if it does anything. */
    String install(Consumer<String> progress) {
        String own = ssh.run("cd " + Shell.path(folder) + " 2>/dev/null && pwd || :")
                        .stdout()
                        .strip()
                + "/bin/java";
        for (String command : new String[] {"java", own}) {
            if (isGood(command)) {
                return command;
            }
        }
        List<String> tried = new ArrayList<>();
        progress.accept("installing Java " + feature + " from the machine's distribution");
        CommandResult apt = ssh.run(RemoteCommand.builder(Packages.install("openjdk-" + feature + "-jre-headless"))
                .timeout(timeout)
                .build());
        if (apt.isOk() && isGood("java")) {
            return "java";
        }
        tried.add("apt-get: " + Packages.lastLine(apt));
        if (local != null) {
            progress.accept("sending Java from " + local);
            try {
                new RemoteFiles(ssh).uploadTree(local, folder, TransferProgress.NONE);
                String sent = ssh.run("cd " + Shell.path(folder) + " && pwd")
                                .orThrow()
                                .stdout()
                                .strip() + "/bin/java";
                if (isGood(sent)) {
                    return sent;
                }
                tried.add("the Java of " + local + " does not run there");
            } catch (SshException e) {
                if (e.kind() != SshException.Kind.TRANSFER_FAILED) {
                    throw e;
                }
                tried.add("sending " + local + ": " + e.getMessage());
            }
        }
        throw new ProvisionException("There is no Java " + feature + " on the machine, and none could be installed ("
                + String.join("; ", tried) + "). Take an image that has one, or give javaRuntime().");
    }

    private boolean isGood(String command) {
        CommandResult version = ssh.run(Shell.quote(command) + " -version 2>&1");
        Matcher matcher = VERSION.matcher(version.stdout());
        return version.isOk() && matcher.find() && Integer.parseInt(matcher.group(1)) >= feature;
    }

    /** This JVM's own, if it would run there. */
    static @Nullable Path ofThisJvm() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        boolean same =
                system.contains("linux") && System.getProperty("os.arch", "").equals("amd64");
        return same ? Path.of(System.getProperty("java.home")) : null;
    }
}
