package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import java.io.IOException;
import java.util.OptionalLong;

/** Bytes of here into a {@code .part} file there, verified. Putting that in place is the caller's. */
final class Upload {
    private final RemoteShell shell;
    private final Attempts attempts;
    private final Content content;
    private final String part;
    private final TransferProgress progress;
    private final RemoteShell.Leftover leftover = new RemoteShell.Leftover();
    private OptionalLong there;
    private long sent;

    /** @param there how much of it is there already, if that was asked before */
    Upload(
            RemoteShell shell,
            Attempts attempts,
            Content content,
            String part,
            OptionalLong there,
            TransferProgress progress) {
        this.shell = shell;
        this.attempts = attempts;
        this.content = content;
        this.part = part;
        this.there = there;
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
        long bytes = there.orElseGet(() -> shell.find(part).get(0).bytes());
        there = OptionalLong.empty();
        long from = 0;
        if (bytes > 0) {
            // Only what is known to be ours is built upon.
            String ours = Content.prefix(content, bytes);
            from = ours != null && ours.equals(shell.hash(part)) ? bytes : 0;
        }
        attempts.reached(from);
        long total = content.size();
        progress.at(from, total);
        Content.Rest[] rest = new Content.Rest[1];
        long begin = from;
        String arrived;
        try {
            String take = "mkdir -p \"$(dirname " + file + ")\" && cat " + (from > 0 ? ">> " : "> ") + file;
            arrived = shell.step(
                            RemoteCommand.builder(take + " && " + RemoteShell.hashing(part))
                                    .stdin(stdin -> {
                                        rest[0] = new Content.Rest(stdin, begin, total, progress);
                                        content.writeTo(rest[0]);
                                    })
                                    .build(),
                            leftover)
                    .stdout()
                    .strip();
        } finally {
            if (rest[0] != null) {
                sent += Math.max(0, rest[0].bytes() - begin);
            }
        }
        String here = rest[0].sha256();
        if (!here.equals(arrived)) {
            shell.ask("rm -f " + file);
            throw attempts.differs(here, arrived);
        }
        return new Arrived(rest[0].bytes(), sent, here);
    }
}
