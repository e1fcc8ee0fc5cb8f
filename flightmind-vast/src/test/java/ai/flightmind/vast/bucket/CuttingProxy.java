package ai.flightmind.vast.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes bytes on between a client and a server on loopback, and cuts or holds the line where a test says so. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final AtomicInteger cutsLeft = new AtomicInteger();
    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong cutEvery = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong nextCut = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong holdAt = new AtomicLong(Long.MAX_VALUE);
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    CuttingProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-accept", this::accept);
    }

    String endpoint() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    /** Cuts the connection that passes the next so many bytes, and so on, so many times. */
    void cut(long everyBytes, int times) {
        cutsLeft.set(times);
        cutEvery.set(everyBytes);
        nextCut.set(passed.get() + everyBytes);
    }

    int cutsLeft() {
        return cutsLeft.get();
    }

    /** From so many bytes on, nothing passes any more. */
    void holdAfter(long bytes) {
        holdAt.set(passed.get() + bytes);
    }

    /** Until the line is held. */
    CountDownLatch held() {
        return held;
    }

    long passedBytes() {
        return passed.get();
    }

    private synchronized void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private synchronized void remember(Socket socket) {
        sockets.add(socket);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                remember(client);
                remember(server);
                start("proxy-up", () -> pass(client, server));
                start("proxy-down", () -> pass(server, client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] piece = new byte[32 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                long now = passed.addAndGet(n);
                if (now >= holdAt.get()) {
                    held.countDown();
                    released.await();
                }
                long cut = nextCut.get();
                if (now >= cut && cutsLeft.get() > 0 && nextCut.compareAndSet(cut, now + cutEvery.get())) {
                    cutsLeft.decrementAndGet();
                    out.write(piece, 0, n / 2);
                    return;
                }
                out.write(piece, 0, n);
            }
        } catch (IOException broken) {
            // the other side sees it as a broken line, which is what a proxy's fault looks like
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws Exception {
        listening.close();
        released.countDown();
        List<Thread> all;
        synchronized (this) {
            for (Socket socket : sockets) {
                socket.close();
            }
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            thread.join(5000);
        }
    }
}
