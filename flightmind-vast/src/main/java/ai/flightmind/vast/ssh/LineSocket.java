package ai.flightmind.vast.ssh;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Closes itself when the other side is silent for too long, so that a write that hangs ends, too. */
final class LineSocket extends Socket {
    private volatile boolean connected;

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    return super.read(bytes, offset, length);
                } catch (SocketTimeoutException e) {
                    LineSocket.this.close();
                    throw e;
                }
            }
        };
    }

    @Override
    public void connect(java.net.SocketAddress endpoint, int timeout) throws IOException {
        super.connect(endpoint, timeout);
        setTcpNoDelay(true);
        connected = true;
    }

    boolean wasConnected() {
        return connected;
    }
}
