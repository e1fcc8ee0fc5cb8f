package ai.flightmind.vast.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A line on loopback that can be cut, stalled, refused at given bytes. Each connection takes the next fault planned. */
public final class FaultyProxy implements AutoCloseable {
    private enum Kind {
        CUT,
        STALL,
        RESET_AT_ONCE
    }

    private record Fault(Kind kind, long afterBytes) {}

    private final ServerSocket server;
    private final int target;
    private final ConcurrentLinkedQueue<Fault> planned = new ConcurrentLinkedQueue<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    public FaultyProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::acceptAll);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** A session over this line, with one key, that waits 20 s for the other side. */
    public SshSession.Builder session(Path key) {
        return SshSession.builder()
                .address("127.0.0.1", port())
                .instance("C.1")
                .keys(KeySource.file(key))
                .hostKeys(HostKeys.inMemory())
                .connectWithin(Duration.ofSeconds(20))
                .reconnectWithin(Duration.ofSeconds(20));
    }

    public int connections() {
        return accepted.get();
    }

    /** The next connection is cut (RST) when that many bytes went over it, both ways together. */
    public FaultyProxy cutAfter(long bytes) {
        planned.add(new Fault(Kind.CUT, bytes));
        return this;
    }

    /** The next connection goes silent after that many bytes, but stays open. */
    public FaultyProxy stallAfter(long bytes) {
        planned.add(new Fault(Kind.STALL, bytes));
        return this;
    }

    /** The next connections are reset as soon as they are made, as a new instance's proxy does. */
    public FaultyProxy resetAtOnce(int connections) {
        for (int i = 0; i < connections; i++) {
            planned.add(new Fault(Kind.RESET_AT_ONCE, 0));
        }
        return this;
    }

    /** Cuts what is connected now. */
    public void cutNow() {
        sockets.forEach(FaultyProxy::reset);
    }

    @Override
    public void close() throws Exception {
        server.close();
        cutNow();
        List<Thread> all;
        synchronized (threads) {
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            thread.join(10_000);
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                accepted.incrementAndGet();
                Fault fault = planned.poll();
                if (fault != null && fault.kind == Kind.RESET_AT_ONCE) {
                    reset(near);
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                Counter counter = new Counter(fault, near, far);
                start(() -> copy(near, far, counter));
                start(() -> copy(far, near, counter));
            } catch (IOException e) {
                // closed, or the target refuses: the next connection shows it
            }
        }
    }

    private void copy(Socket from, Socket to, Counter counter) {
        byte[] buffer = new byte[16 << 10];
        try {
            InputStream in = from.getInputStream();
            int read;
            while ((read = in.read(buffer)) >= 0) {
                if (!counter.passes(read)) {
                    return;
                }
                to.getOutputStream().write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // already closed
        }
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    private record Pair(Socket near, Socket far) {}

    private static final class Counter {
        private final @Nullable Fault fault;
        private final Pair pair;
        private long bytes;

        Counter(@Nullable Fault fault, Socket near, Socket far) {
            this.fault = fault;
            this.pair = new Pair(near, far);
        }

        synchronized boolean passes(int more) {
            bytes += more;
            if (fault == null || bytes <= fault.afterBytes) {
                return true;
            }
            if (fault.kind == Kind.CUT) {
                reset(pair.near);
                reset(pair.far);
            }
            return false;
        }
    }
}
