package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.RunningCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Bytes of there into a {@code .part} file here, verified. Putting that in place is the caller's. */
final class Download {
    /** What can be fetched from its middle. */
    interface Remote {
        /** −1 if not known. */
        long size();

        /** A command that prints all from that byte on. */
        String from(long offset);

        /** Of the first bytes. */
        String hash(long bytes);

        /** Begins to hash all of it meanwhile; null if the command that prints it does so on stderr. */
        @Nullable
        RunningCommand hashing();

        /** Of all, from what that command printed on stderr. */
        String hash(String stderr);
    }

    private final RemoteShell shell;
    private final Attempts attempts;
    private final Remote remote;
    private final Path part;
    private final TransferProgress progress;
    private long received;

    Download(RemoteShell shell, Attempts attempts, Remote remote, Path part, TransferProgress progress) {
        this.shell = shell;
        this.attempts = attempts;
        this.remote = remote;
        this.part = part;
        this.progress = progress;
    }

    Upload.Arrived run() {
        return attempts.run(this::attempt);
    }

    private Upload.Arrived attempt() throws IOException {
        long total = remote.size();
        MessageDigest digest = Sha256.start();
        long from = 0;
        long here = Files.exists(part) ? Files.size(part) : 0;
        if (here > 0 && (total < 0 || here <= total)) {
            MessageDigest ours = Sha256.ofFile(part);
            if (Sha256.soFar(ours).equals(remote.hash(here))) {
                digest = ours;
                from = here;
            }
        }
        attempts.reached(from);
        progress.at(from, total);
        long[] at = {from};
        MessageDigest all = digest;
        String ours;
        String theirs;
        try (RunningCommand hashing = remote.hashing();
                FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.truncate(from).position(from);
            String stderr = shell.step(
                            RemoteCommand.builder(remote.from(from))
                                    .onStdout((bytes, offset, length) -> {
                                        write(file, ByteBuffer.wrap(bytes, offset, length));
                                        all.update(bytes, offset, length);
                                        at[0] += length;
                                        received += length;
                                        progress.at(at[0], total);
                                    })
                                    .build(),
                            new RemoteShell.Leftover())
                    .stderr();
            file.force(true);
            ours = Sha256.soFar(all);
            theirs = hashing == null ? remote.hash(stderr) : RemoteShell.hashed(hashing);
        } catch (SshException e) {
            if (e.kind() == Kind.COMMAND_FAILED) {
                throw attempts.failed(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
        if (!ours.equals(theirs)) {
            Files.deleteIfExists(part);
            throw attempts.differs(ours, theirs);
        }
        return new Upload.Arrived(at[0], received, ours);
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }
}
