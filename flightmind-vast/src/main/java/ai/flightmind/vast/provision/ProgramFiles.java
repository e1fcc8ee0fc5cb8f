package ai.flightmind.vast.provision;

import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.ssh.file.Sha256;
import ai.flightmind.vast.ssh.file.TransferProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
        try {
            Path staged = Files.createTempDirectory("flightmind-program");
            try {
                return send(classPath, staged);
            } finally {
                delete(staged);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The program's class path cannot be packed.", e);
        }
    }

    private Sent send(ClassPath classPath, Path staged) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path entry : classPath.entries()) {
            Path jar = entry;
            String name = String.valueOf(entry.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
            if (Files.isDirectory(entry)) {
                name = "classes.jar";
                jar = pack(entry, staged.resolve("packed-" + files.size() + ".jar"));
            }
            files.put(Sha256.hexOf(jar).substring(0, HASH_LETTERS) + "-" + name, jar);
        }
        String home = ssh.run("mkdir -p " + Shell.path(folder) + " && cd " + Shell.path(folder) + " && pwd && ls")
                .orThrow()
                .stdout();
        List<String> lines = home.lines().toList();
        Set<String> there = new HashSet<>(lines.subList(1, lines.size()));
        Path missing = Files.createDirectory(staged.resolve("missing"));
        long bytes = 0;
        int sent = 0;
        for (Map.Entry<String, Path> file : files.entrySet()) {
            if (!there.contains(file.getKey())) {
                link(missing.resolve(file.getKey()), file.getValue());
                bytes += Files.size(file.getValue());
                sent++;
            }
        }
        if (sent > 0) {
            sendMissing(missing);
        }
        List<String> paths =
                files.keySet().stream().map(name -> lines.get(0) + "/" + name).toList();
        return new Sent(paths, sent, bytes);
    }

    /** They are given their names when the whole stream has arrived, and its hash is right. */
    private void sendMissing(Path missing) {
        String incoming = folder + "/incoming";
        ssh.run("rm -rf " + Shell.path(incoming)).orThrow();
        new RemoteFiles(ssh).uploadTree(missing, incoming, TransferProgress.NONE);
        ssh.run("cd " + Shell.path(incoming)
                        + " && for f in *; do mv -f \"$f\" .. || exit 1; done && cd .. && rmdir incoming")
                .orThrow();
    }

    private static void link(Path link, Path file) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (IOException | UnsupportedOperationException otherDisk) {
            Files.copy(file, link);
        }
    }

    /** The same bytes for the same classes: no times, in the order of names. */
    private static Path pack(Path directory, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(directory)) {
            List<Path> sorted =
                    new ArrayList<>(files.filter(Files::isRegularFile).sorted().collect(Collectors.toList()));
            for (Path file : sorted) {
                ZipEntry entry =
                        new ZipEntry(directory.relativize(file).toString().replace('\\', '/'));
                entry.setTime(0);
                zip.putNextEntry(entry);
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return jar;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
