package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.instance.SshAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import net.schmizz.sshj.SSHClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one connection of a session, made again when it is gone. Thread-safe: one thread dials, the others wait for it. */
final class Line implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshSession.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final SshSettings settings;
    private final ExecutorService threads;
    private final ReentrantLock dialling = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Dial current;

    Line(SshSettings settings, ExecutorService threads) {
        this.settings = settings;
        this.threads = threads;
    }

    /** A connection that was up a moment ago. */
    SSHClient open() {
        try {
            dialling.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            Dial dial = current;
            if (dial != null && dial.isUp()) {
                ensureOpen();
                return dial.client();
            }
            if (dial != null) {
                LOG.info("The line to {} is lost; connecting again", settings.instance());
                dial.hangUp();
            }
            return dialUntil(dial == null ? settings.connectWithin() : settings.reconnectWithin());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            dialling.unlock();
        }
    }

    /** It failed in use, and may not know it yet: the next {@link #open} makes another. */
    void drop(SSHClient client) {
        Dial dial = current;
        if (dial != null && dial.client() == client) {
            dial.hangUp();
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
        Dial dial = current;
        if (dial != null) {
            dial.hangUp();
        }
    }

    private SSHClient dialUntil(Duration within) throws InterruptedException {
        long start = System.nanoTime();
        long refusedSince = 0;
        Duration pause = FIRST_PAUSE;
        while (true) {
            Dial.Refusal refusal;
            try {
                ensureOpen();
                return dial(within.minusNanos(System.nanoTime() - start));
            } catch (Dial.Refusal e) {
                refusal = e;
            }
            ensureOpen();
            long now = System.nanoTime();
            boolean keyRefused = refusal.kind() == Kind.KEY_REFUSED;
            // A fresh container starts its server a little before it knows the account's keys.
            refusedSince = keyRefused ? (refusedSince == 0 ? now : refusedSince) : 0;
            boolean givenUp =
                    keyRefused && now - refusedSince >= settings.keyGrace().toNanos();
            if (refusal.isLasting() || givenUp || now - start + pause.toNanos() >= within.toNanos()) {
                throw Dial.thrown(refusal);
            }
            LOG.debug("Not yet: {}", refusal.getMessage());
            if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                ensureOpen();
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private SSHClient dial(Duration atMost) throws Dial.Refusal, InterruptedException {
        SshAddress address = settings.address().get();
        if (address == null) {
            String message = settings.instance() + " has no SSH address yet. A new instance gets one within minutes.";
            throw new Dial.Refusal(Kind.NOT_YET_UP, message, new IOException("no address"));
        }
        Dial dial = new Dial(settings, address);
        current = dial;
        Future<SSHClient> connecting;
        try {
            connecting = threads.submit(dial::connect);
        } catch (RejectedExecutionException e) {
            throw closed(e);
        }
        boolean done = false;
        try {
            SSHClient client = connecting.get(Math.max(1, atMost.toMillis()), TimeUnit.MILLISECONDS);
            done = true;
            return client;
        } catch (TimeoutException e) {
            String message = address.host() + ":" + address.port() + " takes longer to log in than there is time"
                    + " (connectWithin, reconnectWithin). Wait longer, or read the instance's log.";
            throw new Dial.Refusal(Kind.NOT_YET_UP, message, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Dial.Refusal refusal) {
                throw refusal;
            }
            throw new IllegalStateException("Connecting broke.", e.getCause());
        } finally {
            if (!done) {
                dial.hangUp();
            }
        }
    }

    private void ensureOpen() {
        if (isClosed()) {
            throw closed(null);
        }
    }

    static CancelledException closed(@Nullable Throwable cause) {
        return new CancelledException("The SSH session is closed.", false, cause);
    }

    static CancelledException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CancelledException("Interrupted while working over SSH.", true, e);
    }

    static SshException lost(String what, @Nullable Throwable cause) {
        return new SshException(
                Kind.LINE_LOST,
                "The line broke during " + what + ". It may still run on the instance, or have ended: look before you"
                        + " repeat it. The next call connects again.",
                cause);
    }
}
