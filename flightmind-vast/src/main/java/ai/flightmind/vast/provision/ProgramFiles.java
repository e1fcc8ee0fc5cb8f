package ai.flightmind.vast.provision;

import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.ssh.file.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The program's jars on a machine, each under the hash of what it holds, so that a change of one sends only that one; all
 * that are missing go as one compressed stream.
 */
final class ProgramFiles {
    private static final int HASH_LETTERS = 16;

    private final SshSession ssh;
    private final String folder;

    /** @param folder on the machine */
    ProgramFiles(SshSession ssh, String folder) {
        this.ssh = ssh;
        this.folder = folder + "/program";
    }

    /** What is there afterwards, and how much of it was sent. */
    record Sent(List<String> paths, int files, long bytes) {}

    Sent send(ClassPath classPath) {
        try (Staging packed = new Staging();
                Staging missing = new Staging()) {
            return send(classPath, packed.folder(), missing);
        } catch (IOException e) {
            throw new UncheckedIOException("The program's class path cannot be packed.", e);
        }
    }

    private Sent send(ClassPath classPath, Path packed, Staging missing) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path entry : classPath.entries()) {
            Path jar = entry;
            String name = String.valueOf(entry.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
            if (Files.isDirectory(entry)) {
                name = "classes.jar";
                jar = pack(entry, packed.resolve(files.size() + ".jar"));
            }
            files.put(Sha256.hexOf(jar).substring(0, HASH_LETTERS) + "-" + name, jar);
        }
        List<String> lines = ssh.run(
                        "mkdir -p " + Shell.path(folder) + " && cd " + Shell.path(folder) + " && pwd && ls")
                .orThrow()
                .stdout()
                .lines()
                .toList();
        Set<String> there = new HashSet<>(lines.subList(1, lines.size()));
        long bytes = 0;
        int sent = 0;
        for (Map.Entry<String, Path> file : files.entrySet()) {
            if (!there.contains(file.getKey())) {
                missing.add(file.getValue(), Path.of(file.getKey()));
                bytes += Files.size(file.getValue());
                sent++;
            }
        }
        if (sent > 0) {
            sendMissing(missing.folder());
        }
        List<String> paths =
                files.keySet().stream().map(name -> lines.get(0) + "/" + name).toList();
        return new Sent(paths, sent, bytes);
    }

    /** They are given their names when the whole stream has arrived, and its hash is right. */
    private void sendMissing(Path missing) {
        String incoming = folder + "/incoming";
        ssh.run("rm -rf " + Shell.path(incoming)).orThrow();
        new RemoteFiles(ssh).uploadTree(missing, incoming);
        ssh.run("cd " + Shell.path(incoming)
                        + " && for f in *; do mv -f \"$f\" .. || exit 1; done && cd .. && rmdir incoming")
                .orThrow();
    }

    /** The same bytes for the same classes: no times, in the order of names. */
    private static Path pack(Path directory, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                ZipEntry entry =
                        new ZipEntry(directory.relativize(file).toString().replace('\\', '/'));
                entry.setTime(0);
                zip.putNextEntry(entry);
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        // The stream that it goes up in holds its time: an interrupted one goes on only if that is the same again.
        return Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    }
}
