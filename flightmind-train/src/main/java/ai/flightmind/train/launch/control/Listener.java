package ai.flightmind.train.launch.control;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * Node 0's end: takes the other nodes' connections and their hello. Whoever says anything else, or nothing, is closed
 * and not mentioned, since ports get scanned.
 */
public final class Listener implements AutoCloseable {
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);
    private static final int MOST_STRANGERS = 64;

    private final ServerSocket server;
    private final BiConsumer<Connection, Message.Hello> joined;
    private final Executor executor;
    private final Set<Socket> strangers = ConcurrentHashMap.newKeySet();
    private final Thread accepting = new Thread(this::acceptAll, "flightmind-node-listener");
    private volatile boolean closed;

    private Listener(ServerSocket server, BiConsumer<Connection, Message.Hello> joined, Executor executor) {
        this.server = server;
        this.joined = joined;
        this.executor = executor;
    }

    /**
     * Listens on all interfaces.
     *
     * @param joined told, on the executor's thread, of each connection that said hello, and owns it from then on
     * @throws LaunchException if the port is taken
     */
    public static Listener open(int port, BiConsumer<Connection, Message.Hello> joined, Executor executor) {
        try {
            ServerSocket server = new ServerSocket();
            try {
                server.bind(new InetSocketAddress(port), MOST_STRANGERS);
            } catch (IOException e) {
                server.close();
                throw e;
            }
            Listener listener = new Listener(server, joined, executor);
            listener.accepting.setDaemon(true);
            listener.accepting.start();
            return listener;
        } catch (IOException e) {
            throw new LaunchException(
                    "Port " + port + " of --master cannot be listened on: " + e.getMessage()
                            + ". Another launch may be using it; end that one, or choose another port on all nodes.",
                    e);
        }
    }

    private void acceptAll() {
        while (!closed) {
            Socket socket = null;
            try {
                socket = server.accept();
                strangers.add(socket);
                if (closed || strangers.size() > MOST_STRANGERS) {
                    forget(socket);
                } else {
                    greet(socket);
                }
            } catch (IOException | OutOfMemoryError e) {
                // One connection that fails, or no more threads for now: those that are here are not to suffer.
                if (socket != null) {
                    forget(socket);
                }
            }
        }
    }

    private void greet(Socket socket) {
        Thread greeting = new Thread(
                () -> {
                    try {
                        Connection connection = new Connection(socket);
                        if (connection.read(HELLO_WITHIN) instanceof Message.Hello hello) {
                            if (strangers.remove(socket)) {
                                executor.execute(() -> joined.accept(connection, hello));
                            }
                            return;
                        }
                        forget(socket);
                    } catch (IOException stranger) {
                        forget(socket);
                    }
                },
                "flightmind-node-greeter");
        greeting.setDaemon(true);
        greeting.start();
    }

    private void forget(Socket socket) {
        strangers.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("A socket could not be closed: " + e.getMessage(), e);
        }
    }

    /** Takes no more; connections that have joined stay. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException("A socket could not be closed: " + e.getMessage(), e);
        }
        strangers.forEach(this::forget);
    }
}
