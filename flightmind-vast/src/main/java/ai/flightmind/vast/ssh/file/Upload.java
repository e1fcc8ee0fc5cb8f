package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import java.io.IOException;

/** Bytes of here into a {@code .part} file there, verified. Putting that in place is the caller's. */
final class Upload {
    private final RemoteShell shell;
    private final Attempts attempts;
    private final Content content;
    private final String part;
    private final TransferProgress progress;
    private final RemoteShell.Leftover leftover = new RemoteShell.Leftover();
    private long sent;

    Upload(RemoteShell shell, Attempts attempts, Content content, String part, TransferProgress progress) {
        this.shell = shell;
        this.attempts = attempts;
        this.content = content;
        this.part = part;
        this.progress = progress;
    }

    /** What has arrived. */
    record Arrived(long bytes, long sentBytes, String sha256) {}

    Arrived run() {
        return attempts.run(this::attempt);
    }

    private Arrived attempt() throws IOException {
        leftover.kill(shell);
        String file = Shell.path(part);
        long there = shell.size(part);
        long from = 0;
        if (there > 0) {
            // Only what is known to be ours is built upon.
            String ours = Content.prefix(content, there);
            from = ours != null && ours.equals(shell.hash(part)) ? there : 0;
        }
        attempts.reached(from);
        long total = content.size();
        progress.at(from, total);
        Content.Rest[] rest = new Content.Rest[1];
        long begin = from;
        try {
            shell.step(
                    RemoteCommand.builder(
                                    "mkdir -p \"$(dirname " + file + ")\" && cat " + (from > 0 ? ">> " : "> ") + file)
                            .stdin(stdin -> {
                                rest[0] = new Content.Rest(stdin, begin, total, progress);
                                content.writeTo(rest[0]);
                            })
                            .build(),
                    leftover);
        } finally {
            if (rest[0] != null) {
                sent += Math.max(0, rest[0].bytes() - begin);
            }
        }
        String here = rest[0].sha256();
        String arrived = shell.hash(part);
        if (!here.equals(arrived)) {
            shell.ask("rm -f " + file);
            throw attempts.differs(here, arrived);
        }
        return new Arrived(rest[0].bytes(), sent, here);
    }
}
