package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.VastException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of this machine, open to this machine only, behind which is one of the instance. Connections end with the line;
 * new ones make it again. Thread-safe.
 */
public final class PortForward implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshSession.class);
    private static final int BUFFER = 32 << 10;

    private final Line line;
    private final ExecutorService threads;
    private final String remoteHost;
    private final int remotePort;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Runnable onClose;

    PortForward(
            Line line,
            ExecutorService threads,
            String remoteHost,
            int remotePort,
            ServerSocket server,
            Runnable onClose) {
        this.line = line;
        this.threads = threads;
        this.remoteHost = remoteHost;
        this.remotePort = remotePort;
        this.server = server;
        this.onClose = onClose;
        threads.execute(this::acceptAll);
    }

    static ServerSocket bind(int localPort) throws IOException {
        return new ServerSocket(localPort, 50, InetAddress.getLoopbackAddress());
    }

    public int localPort() {
        return server.getLocalPort();
    }

    /** As {@code 127.0.0.1:34567}. */
    public String localAddress() {
        return server.getInetAddress().getHostAddress() + ":" + localPort();
    }

    /** Ends its connections, too. */
    @Override
    public void close() {
        closeQuietly(server);
        sockets.forEach(PortForward::closeQuietly);
        onClose.run();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                if (!server.isClosed()) {
                    LOG.warn("Port {} takes no connection: {}", localPort(), e.toString());
                }
            }
        }
        sockets.forEach(PortForward::closeQuietly);
    }

    private void serve(Socket socket) {
        try (socket;
                DirectConnection remote = connect()) {
            Future<?> up = threads.submit(() -> {
                copy(socket.getInputStream(), remote.getOutputStream());
                remote.getOutputStream().close();
                return null;
            });
            copy(remote.getInputStream(), socket.getOutputStream());
            socket.shutdownOutput();
            up.get();
        } catch (IOException | VastException | RejectedExecutionException | java.util.concurrent.ExecutionException e) {
            if (!server.isClosed()) {
                LOG.warn("A connection to {}:{} of the instance ended: {}", remoteHost, remotePort, e.toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    private DirectConnection connect() throws IOException {
        SSHClient client = line.open();
        try {
            return client.newDirectConnection(remoteHost, remotePort);
        } catch (OpenFailException e) {
            throw e;
        } catch (IOException e) {
            line.drop(client);
            return line.open().newDirectConnection(remoteHost, remotePort);
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int read;
        while ((read = from.read(buffer)) >= 0) {
            to.write(buffer, 0, read);
            to.flush();
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            LOG.debug("Closing a forwarded port: {}", e.toString());
        }
    }
}
