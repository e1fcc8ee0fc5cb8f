package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.RunningCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Files of one instance. Transfers write beside the target ({@code .part}), go on where a broken line or an earlier program
 * left them (after comparing what is there), compare SHA-256 at the end, and only then rename. Remote paths are absolute,
 * relative to the login's home, or begin with {@code ~/}. Thread-safe, but for two transfers to the same target.
 *
 * <p>They throw {@link SshException}: TRANSFER_FAILED for what cannot be read or written and for a line that gets nowhere,
 * VERIFICATION_FAILED if both sides differ twice, or why there is no line; and {@link
 * ai.flightmind.vast.error.CancelledException} if interrupted.
 */
public final class RemoteFiles {
    private static final String FAILED_TAR = "tar ended with status";

    private final SshSession session;
    private final RemoteShell shell;

    public RemoteFiles(SshSession session) {
        this.session = session;
        this.shell = new RemoteShell(session);
    }

    /** A file from here to there, with its mode. Directories are made. Sends nothing if the same is there. */
    public TransferReport upload(Path local, String remote) {
        return upload(local, remote, TransferProgress.NONE);
    }

    /** As {@link #upload(Path, String)}. */
    public TransferReport upload(Path local, String remote, TransferProgress progress) {
        long start = System.nanoTime();
        Attempts attempts = new Attempts("Uploading " + local + " to " + remote);
        if (!Files.isRegularFile(local)) {
            throw missing(local + " is no file that can be read");
        }
        String part = remote + ".part";
        List<RemoteShell.Found> found = attempts.run(() -> shell.find(remote, part));
        Upload.Arrived same = attempts.run(() -> {
            long size = Files.size(local);
            if (found.get(0).bytes() != size) {
                return new Upload.Arrived(-1, 0, "");
            }
            String here = Sha256.soFar(Sha256.ofFile(local));
            return new Upload.Arrived(here.equals(shell.hash(remote)) ? size : -1, 0, here);
        });
        if (same.bytes() >= 0) {
            progress.at(same.bytes(), same.bytes());
            return report(same, attempts, List.of(), start);
        }
        Attempts sending = new Attempts("Uploading " + local + " to " + remote);
        OptionalLong there = OptionalLong.of(found.get(1).bytes());
        Upload.Arrived arrived = new Upload(shell, sending, Content.ofFile(local), part, there, progress).run();
        String file = Shell.path(part);
        // Repeated after a broken line, it may find its work done.
        sending.run(
                () -> shell.ask("if [ -e " + file + " ]; then chmod " + Integer.toOctalString(Tree.mode(local, 0644))
                        + " " + file + " && mv -f " + file + " " + Shell.path(remote) + "; fi"));
        return report(arrived, sending, List.of(), start);
    }

    /** A file from there to here, with its mode. Directories are made. Fetches nothing if the same is here. */
    public TransferReport download(String remote, Path local) {
        return download(remote, local, TransferProgress.NONE);
    }

    /** As {@link #download(String, Path)}. */
    public TransferReport download(String remote, Path local, TransferProgress progress) {
        long start = System.nanoTime();
        Attempts attempts = new Attempts("Downloading " + remote + " to " + local);
        RemoteShell.Found found = attempts.run(() -> shell.find(remote).get(0));
        long size = found.bytes();
        if (size < 0) {
            throw missing(remote + (size == -1 ? " is not there" : " is no plain file") + " on the instance");
        }
        Upload.Arrived same = attempts.run(() -> {
            makeParent(local);
            if (!Files.isRegularFile(local) || Files.size(local) != size) {
                return new Upload.Arrived(-1, 0, "");
            }
            String here = Sha256.soFar(Sha256.ofFile(local));
            return new Upload.Arrived(here.equals(shell.hash(remote)) ? size : -1, 0, here);
        });
        if (same.bytes() >= 0) {
            progress.at(same.bytes(), same.bytes());
            return report(same, attempts, List.of(), start);
        }
        Attempts fetching = new Attempts("Downloading " + remote + " to " + local);
        Path part = beside(local);
        String file = Shell.path(remote);
        Download.Remote source = new Download.Remote() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public String from(long offset) {
                return offset == 0 ? "cat < " + file : "tail -c +" + (offset + 1) + " " + file;
            }

            @Override
            public String hash(long bytes) {
                return shell.hash(remote, bytes);
            }

            @Override
            public RunningCommand hashing() {
                return shell.beginHash(remote);
            }

            @Override
            public String hash(String stderr) {
                return shell.hash(remote);
            }
        };
        Upload.Arrived arrived = new Download(shell, fetching, source, part, progress).run();
        attempts.run(() -> {
            Tree.setMode(part, Integer.parseInt(found.mode(), 8));
            replace(part, local);
            return part;
        });
        return report(arrived, fetching, List.of(), start);
    }

    /**
     * What is in the local directory into the remote one, as one compressed tar stream. Files of the same name are replaced,
     * others stay. Links that lead outside are left out and reported. The stream lies there until it is unpacked.
     */
    public TransferReport uploadTree(Path local, String remote) {
        return uploadTree(local, remote, TransferProgress.NONE);
    }

    /** As {@link #uploadTree(Path, String)}, with progress. */
    public TransferReport uploadTree(Path local, String remote, TransferProgress progress) {
        long start = System.nanoTime();
        if (!Files.isDirectory(local)) {
            throw missing(local + " is no directory that can be read");
        }
        Attempts attempts = new Attempts("Uploading the tree " + local + " to " + remote);
        Tree tree = new Tree(local);
        String part = trimmed(remote) + ".tgz.part";
        Upload.Arrived arrived = new Upload(shell, attempts, tree, part, OptionalLong.empty(), progress).run();
        String archive = Shell.path(part);
        String directory = Shell.path(remote);
        new Attempts("Unpacking the tree " + remote)
                .run(() -> shell.ask("if [ -e " + archive + " ]; then mkdir -p " + directory + " && tar -xzpf "
                        + archive + " -C " + directory + " && rm -f " + archive + "; fi"));
        return report(arrived, attempts, tree.skipped(), start);
    }

    /**
     * What is in the remote directory into the local one, as one compressed tar stream. Files of the same name are replaced,
     * others stay. Links that lead outside are left out and reported; a path that leads outside fails it. The stream lies
     * here until it is unpacked.
     */
    public TransferReport downloadTree(String remote, Path local) {
        return downloadTree(remote, local, TransferProgress.NONE);
    }

    /** As {@link #downloadTree(String, Path)}, with progress. */
    public TransferReport downloadTree(String remote, Path local, TransferProgress progress) {
        long start = System.nanoTime();
        Attempts attempts = new Attempts("Downloading the tree " + remote + " to " + local);
        String directory = Shell.path(remote);
        new Attempts("Finding the tree " + remote).run(() -> {
            makeParent(local);
            if (!shell.ask("if [ -d " + directory + " ]; then echo yes; fi").equals("yes")) {
                throw missing(remote + " is no directory on the instance");
            }
            return remote;
        });
        // Neither may hold a time or a name of its own, so that the same tree is the same stream again.
        String tar = "{ tar -cf - -C " + directory + " . || echo \"" + FAILED_TAR + " $?\" >&2; } | gzip -1 -n";
        Path part = local.resolveSibling(local.getFileName() + ".tgz.part");
        Download.Remote source = new Download.Remote() {
            @Override
            public long size() {
                return -1;
            }

            @Override
            public String from(long offset) {
                String rest = offset == 0 ? "cat" : "tail -c +" + (offset + 1);
                // One packing for both: to the line from the offset on, and all of it to the hash, which goes to
                // stderr.
                return "{ { " + tar + " | tee /dev/fd/4 | " + rest + " >&3; } 4>&1 | { " + RemoteShell.hasher()
                        + "; } | sed 's/^/sha256 /' >&2; } 3>&1";
            }

            @Override
            public String hash(long bytes) {
                return shell.hashOf(tar + " 2>/dev/null | head -c " + bytes);
            }

            @Override
            public @Nullable RunningCommand hashing() {
                return null;
            }

            @Override
            public String hash(String stderr) {
                if (stderr.contains(FAILED_TAR)) {
                    throw attempts.failed("tar, on the instance: " + stderr.strip(), new IOException("tar"));
                }
                for (String line : stderr.split("\n", -1)) {
                    if (line.startsWith("sha256 ")) {
                        return line.substring(7, Math.min(line.length(), 71));
                    }
                }
                return "none";
            }
        };
        Upload.Arrived arrived = new Download(shell, attempts, source, part, progress).run();
        try {
            List<String> skipped = Tree.unpack(part, local);
            Files.delete(part);
            return report(arrived, attempts, skipped, start);
        } catch (IOException e) {
            throw new SshException(
                    Kind.TRANSFER_FAILED,
                    "Unpacking " + remote + " into " + local + " failed: " + e + ". The archive is in " + part + ".",
                    e);
        }
    }

    /**
     * Lines of a remote file as they come, from its beginning, until closed. See {@link Follow}.
     *
     * @param lines is called on a thread of the follower
     */
    public Follow follow(String remote, Consumer<String> lines) {
        return follow(remote, Follow.Position.START, lines);
    }

    /** From where another follower was. */
    public Follow follow(String remote, Follow.Position from, Consumer<String> lines) {
        return new Follow(session, remote, from, lines);
    }

    static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    static void replace(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void makeParent(Path local) throws IOException {
        Path parent = local.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static String trimmed(String remote) {
        String path = remote;
        while (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path;
    }

    private static SshException missing(String what) {
        return new SshException(Kind.TRANSFER_FAILED, what + ". Check the path.", null);
    }

    private static TransferReport report(Upload.Arrived arrived, Attempts attempts, List<String> skipped, long start) {
        return new TransferReport(
                arrived.bytes(),
                arrived.sentBytes(),
                attempts.count(),
                arrived.sha256(),
                skipped,
                Duration.ofNanos(System.nanoTime() - start));
    }
}
