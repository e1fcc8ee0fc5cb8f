package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a remote file, each line once, across broken lines. It waits for a file that is not there yet; when the name
 * stands for a new file, it reads the old one to its end first (under whatever name it has in that directory), then the new
 * one from its beginning; when the file is cut short, it begins again at its beginning. A file that is cut short and grows
 * past the old place within half a second is not noticed, nor is one that comes and goes while nobody looks. A line without
 * an end is given when its file is replaced.
 *
 * <p>It ends when closed, when the session is, when the line does not come back in the session's time, or when the listener
 * throws. Thread-safe.
 */
public final class Follow implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follow.class);

    /**
     * One file after another in answers of one line each: N new file, T cut short, L lost, D data, A alive. Each look starts
     * processes where others have work to do, so also a file that grows all the time is looked at twice a second.
     */
    private static final String SCRIPT = """
            if stat -L -c %i / >/dev/null 2>&1; then as=-c; both='%i %s'; else as=-f; both='%i %z'; fi
            id() { stat -L $as %i "$1" 2>/dev/null; }
            opened=; idle=0; moved=0
            while :; do
              if [ -z "$opened" ]; then
                src=
                if [ "$ino" != 0 ]; then
                  if [ "$(id "$f")" = "$ino" ]; then src=$f
                  else
                    src=$(find "$(dirname "$f")" -maxdepth 1 -type f -inum "$ino" 2>/dev/null | head -n 1)
                    if [ -z "$src" ]; then echo "L $ino $off ." || exit 0; ino=0; off=0; fi
                  fi
                fi
                if [ -z "$src" ] && [ -f "$f" ]; then src=$f; fi
                if [ -n "$src" ] && [ -r "$src" ] && command exec 3<"$src"; then
                  opened=1; now=$(id /dev/fd/3)
                  if [ "$now" != "$ino" ]; then ino=$now; off=0; echo "N $ino 0 ." || exit 0; fi
                fi
              fi
              n=0
              if [ -n "$opened" ]; then
                set -- $(stat -L $as "$both" /dev/fd/3 "$f" 2>/dev/null)
                size=${2:-0}; cur=${3:-}
                if [ "$size" -lt "$off" ]; then off=0; echo "T $ino 0 ." || exit 0; fi
                n=$((size - off)); if [ "$n" -gt 262144 ]; then n=262144; fi
              fi
              if [ "$n" -gt 0 ]; then
                data=$(tail -c +$((off + 1)) /dev/fd/3 | head -c "$n" | base64)
                { printf 'D %s %s %s ' "$ino" "$off" "$n" && printf %s $data && printf ' .\\n'; } || exit 0
                off=$((off + n)); idle=0; moved=0
                if [ "$n" -lt 262144 ]; then sleep 0.5; fi
              else
                if [ -n "$opened" ]; then
                  if [ -n "$cur" ] && [ "$cur" != "$ino" ]; then moved=$((moved + 1)); else moved=0; fi
                  if [ "$moved" -ge 3 ]; then opened=; ino=0; off=0; moved=0; continue; fi
                fi
                idle=$((idle + 1))
                if [ $((idle % 10)) -eq 0 ]; then echo A || exit 0; fi
                sleep 0.5
              fi
            done""";

    /**
     * A place between two lines, to go on at with another follower.
     *
     * @param inode of the file; 0 for whatever has the name
     * @param offset bytes before the place
     */
    public record Position(long inode, long offset) {
        /** The beginning of the file that has the name. */
        public static final Position START = new Position(0, 0);
    }

    private final SshSession session;
    private final String remote;
    private final Consumer<String> lines;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private long inode;
    private long received;
    private volatile Position position;
    private volatile boolean closed;
    private volatile @Nullable RuntimeException failure;

    Follow(SshSession session, String remote, Position from, Consumer<String> lines) {
        this.session = session;
        this.remote = remote;
        this.lines = lines;
        this.inode = from.inode();
        this.received = from.offset();
        this.position = from;
        this.thread = new Thread(this::run, "ssh-follow-" + remote);
        thread.setDaemon(true);
        thread.start();
    }

    /** After the last line given. */
    public Position position() {
        return position;
    }

    public boolean isFollowing() {
        return ended.getCount() > 0;
    }

    /**
     * Waits until it ends.
     *
     * @throws RuntimeException why it ended, if not by closing
     */
    public void await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("Interrupted while following " + remote + ".", true, e);
        }
        RuntimeException why = failure;
        if (why != null) {
            throw why;
        }
    }

    /** No line is given after this returns, unless it was called by the listener. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    session.run(RemoteCommand.builder("f=" + Shell.path(remote) + "; ino=" + inode + "; off=" + received
                                            + "\n" + SCRIPT)
                                    .onStdoutLine(this::answer)
                                    .build())
                            .orThrow();
                } catch (SshException e) {
                    if (e.kind() != Kind.LINE_LOST) {
                        throw e;
                    }
                    LOG.info("Following {} goes on at byte {} after a broken line", remote, received);
                }
            }
        } catch (RuntimeException e) {
            failure = closed ? null : e;
        } finally {
            ended.countDown();
        }
    }

    private void answer(String answer) {
        // Without its end mark it is torn, by a line that broke: the next one brings it again.
        if (closed || !answer.endsWith(" .")) {
            return;
        }
        String[] parts = answer.split(" ", -1);
        long at = Long.parseLong(parts[2]);
        switch (parts[0]) {
            case "L" -> LOG.warn("{} was replaced and the old file is gone; what followed byte {} is lost", remote, at);
            case "N", "T" -> {
                flush();
                inode = Long.parseLong(parts[1]);
                received = 0;
                position = new Position(inode, 0);
            }
            case "D" -> data(at, Integer.parseInt(parts[3]), Base64.getDecoder().decode(parts[4]));
            default -> throw new IllegalStateException("Following " + remote + " brought what nobody sent.");
        }
    }

    private void data(long at, int announced, byte[] bytes) {
        if (at != received) {
            throw new IllegalStateException("Following " + remote + " left its place.");
        }
        if (bytes.length < announced) {
            // It was cut short while it was read: the next answer says so, and this piece may be torn.
            LOG.info("{} was cut short while it was read", remote);
        }
        for (byte b : bytes) {
            received++;
            if (b == '\n') {
                give();
            } else {
                partial.write(b);
            }
        }
        received = at + announced;
    }

    private void flush() {
        if (partial.size() > 0) {
            give();
        }
    }

    private void give() {
        String line = partial.toString(StandardCharsets.UTF_8);
        partial.reset();
        position = new Position(inode, received);
        lines.accept(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
}
