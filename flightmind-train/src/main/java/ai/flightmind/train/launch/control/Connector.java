package ai.flightmind.train.launch.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes' end: tries to reach node 0, again and again until it is closed, since a node 0 that is not there yet
 * is normal. What comes of it is told once, on the executor's thread.
 */
public final class Connector implements AutoCloseable {
    /** What comes of it. */
    public interface Handler {
        /** Node 0 takes this node; the connection is the handler's from here on. */
        void welcomed(Connection connection);

        /** Node 0 does not, and trying again would not help. */
        void refused(String reason);
    }

    private static final int CONNECT_MILLIS = 5_000;
    private static final long AGAIN_AFTER_MILLIS = 300;

    private final HostPort master;
    private final Message.Hello hello;
    private final Duration longestSilence;
    private final Handler handler;
    private final Executor executor;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::tryUntilClosed, "flightmind-node-connector");
    private @Nullable Socket trying;
    private volatile String lastCause = "no answer yet";

    private Connector(
            HostPort master, Message.Hello hello, Duration longestSilence, Handler handler, Executor executor) {
        this.master = master;
        this.hello = hello;
        this.longestSilence = longestSilence;
        this.handler = handler;
        this.executor = executor;
    }

    /**
     * Begins to try.
     *
     * @param longestSilence how long node 0 may take to answer the hello
     */
    public static Connector start(
            HostPort master, Message.Hello hello, Duration longestSilence, Handler handler, Executor executor) {
        Connector connector = new Connector(master, hello, longestSilence, handler, executor);
        connector.thread.setDaemon(true);
        connector.thread.start();
        return connector;
    }

    /** Why the last attempt failed. */
    public String lastCause() {
        return lastCause;
    }

    private void tryUntilClosed() {
        try {
            do {
                if (reached()) {
                    return;
                }
            } while (!closing.await(AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            lastCause = "interrupted";
        }
    }

    /** Whether there is an answer. */
    private boolean reached() {
        Socket socket = new Socket();
        if (!take(socket)) {
            return true;
        }
        boolean handedOver = false;
        try {
            InetSocketAddress address = new InetSocketAddress(master.host(), master.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException("unknown host");
            }
            socket.connect(address, CONNECT_MILLIS);
            Connection connection = new Connection(socket);
            connection.write(hello);
            Message answer = connection.read(longestSilence);
            if (answer instanceof Message.Welcome && letGo()) {
                handedOver = true;
                executor.execute(() -> handler.welcomed(connection));
                return true;
            }
            if (answer instanceof Message.Refused refused) {
                executor.execute(() -> handler.refused(refused.reason()));
                return true;
            }
            lastCause = "it did not answer as a launcher does";
        } catch (SocketTimeoutException e) {
            lastCause = "no answer";
        } catch (IOException e) {
            lastCause = e.getMessage() == null ? "it closed the connection" : e.getMessage();
        } finally {
            if (!handedOver) {
                close(socket);
            }
        }
        return false;
    }

    private synchronized boolean take(Socket socket) {
        trying = socket;
        return closing.getCount() > 0;
    }

    private synchronized boolean letGo() {
        trying = null;
        return closing.getCount() > 0;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("A socket could not be closed: " + e.getMessage(), e);
        }
    }

    /** Ends the trying, also one under way. */
    @Override
    public synchronized void close() {
        closing.countDown();
        if (trying != null) {
            close(trying);
        }
    }
}
