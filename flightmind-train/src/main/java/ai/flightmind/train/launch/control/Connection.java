package ai.flightmind.train.launch.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A launcher at the other end. Sending never blocks; what comes in is handed on by a thread of its own. It is lost when
 * it closes, says what is no message, or says nothing for longer than it may. Safe for use by several threads.
 */
public final class Connection implements AutoCloseable {
    /** Who is told, and on which thread: always that of the executor given to {@link #start}. */
    public interface Handler {
        void said(Connection from, Message message);

        /** Told once, and nothing after it. */
        void lost(Connection connection, String reason);
    }

    private static final int LONGEST_LINE = 16 * 1024;
    private static final long PING_MILLIS = 1_000;
    private static final long CLOSE_MILLIS = 2_000;

    private static final Handler UNHEARD = new Handler() {
        @Override
        public void said(Connection from, Message message) {}

        @Override
        public void lost(Connection connection, String reason) {}
    };

    private final Socket socket;
    private final InputStream in;
    private final BlockingQueue<Outgoing> outbox = new LinkedBlockingQueue<>();
    private final byte[] received = new byte[LONGEST_LINE];
    private int count;
    private @Nullable Thread reader;
    private @Nullable Thread writer;

    /** @param message null for the end */
    private record Outgoing(@Nullable Message message) {}

    Connection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
    }

    /** The other end's address, without its port. */
    public String address() {
        return socket.getInetAddress() == null ? "?" : socket.getInetAddress().getHostAddress();
    }

    /** Sends at once, for before {@link #start}. */
    void write(Message message) throws IOException {
        socket.getOutputStream().write((message.toLine() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The next message, which must be here in full within the time. */
    Message read(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        int searched = 0;
        while (true) {
            for (; searched < count; searched++) {
                if (received[searched] == '\n') {
                    return Message.ofLine(takeLine(searched));
                }
            }
            if (count == received.length) {
                throw new ProtocolException("a line that is too long");
            }
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMillis <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, leftMillis));
            int read = in.read(received, count, received.length - count);
            if (read < 0) {
                throw new EOFException();
            }
            count += read;
        }
    }

    private String takeLine(int length) {
        String line = new String(received, 0, length, StandardCharsets.UTF_8);
        count -= length + 1;
        System.arraycopy(received, length + 1, received, 0, count);
        return line;
    }

    /** From here on messages are handed on, and pings sent. */
    public void start(Handler handler, Executor executor, Duration longestSilence) {
        Thread reading = new Thread(() -> readAll(handler, executor, longestSilence), "flightmind-node-reader");
        Thread writing = new Thread(this::writeAll, "flightmind-node-writer");
        reader = reading;
        writer = writing;
        reading.setDaemon(true);
        writing.setDaemon(true);
        reading.start();
        writing.start();
    }

    /** Queues it; if it cannot be sent any more, the connection is about to be told lost. */
    public void send(Message message) {
        outbox.add(new Outgoing(message));
    }

    /** Says why this launcher cannot take part; the connection closes by itself when that is read, or after 2 s. */
    public void refuse(String reason) {
        start(UNHEARD, Runnable::run, Duration.ofMillis(CLOSE_MILLIS));
        send(new Message.Refused(reason));
        finish();
    }

    private void readAll(Handler handler, Executor executor, Duration longestSilence) {
        try {
            while (true) {
                Message message = read(longestSilence);
                if (!(message instanceof Message.Ping)) {
                    executor.execute(() -> handler.said(this, message));
                }
            }
        } catch (SocketTimeoutException e) {
            reportLost(handler, executor, "has not been heard of for " + longestSilence.toSeconds() + " s");
        } catch (ProtocolException e) {
            reportLost(handler, executor, "said " + e.getMessage());
        } catch (EOFException e) {
            reportLost(handler, executor, "closed its connection: its launcher has ended");
        } catch (IOException e) {
            reportLost(handler, executor, "lost its connection: " + e.getMessage());
        }
    }

    private void reportLost(Handler handler, Executor executor, String reason) {
        // Also frees a writer that the other end no longer reads from.
        closeSocket();
        executor.execute(() -> handler.lost(this, reason));
    }

    private void writeAll() {
        try {
            while (true) {
                Outgoing next = outbox.poll(PING_MILLIS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    write(new Message.Ping());
                } else if (next.message() == null) {
                    socket.shutdownOutput();
                    return;
                } else {
                    write(next.message());
                }
            }
        } catch (IOException e) {
            // The reader sees the same and tells why.
            closeSocket();
        } catch (InterruptedException e) {
            closeSocket();
        }
    }

    /** Sends what is queued, and nothing after it. */
    public void finish() {
        outbox.add(new Outgoing(null));
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("A socket could not be closed: " + e.getMessage(), e);
        }
    }

    /**
     * Sends what is queued, and waits for the other end to have read it, at most 2 s. Closing with input unread would
     * reset the connection, and the last words, the cause of a failure, would be lost.
     */
    @Override
    public void close() {
        finish();
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (Thread thread : new @Nullable Thread[] {writer, reader}) {
            interrupted |= thread != null && !joined(thread, deadline);
        }
        closeSocket();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if it was interrupted, and then it has not waited. */
    private static boolean joined(Thread thread, long deadline) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
