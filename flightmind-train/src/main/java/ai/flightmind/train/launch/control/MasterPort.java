package ai.flightmind.train.launch.control;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The port that rank 0 listens on. A free one stays bound here, without listening, until the attempt ends: on Linux rank
 * 0 can listen on it all the same, since servers reuse addresses, while nobody else is given it as a free port.
 */
public final class MasterPort implements AutoCloseable {
    private static final boolean CAN_BE_SHARED =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

    private final int number;
    private final @Nullable Socket held;

    private MasterPort(int number, @Nullable Socket held) {
        this.number = number;
        this.held = held;
    }

    /**
     * Any that is free, on all interfaces.
     *
     * @throws LaunchException if there is none
     */
    public static MasterPort free() {
        try {
            Socket socket = new Socket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(0));
                int number = socket.getLocalPort();
                if (!CAN_BE_SHARED) {
                    socket.close();
                }
                return new MasterPort(number, CAN_BE_SHARED ? socket : null);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LaunchException("No free port could be had for the ranks: " + e.getMessage(), e);
        }
    }

    /**
     * One that the caller chose.
     *
     * @throws LaunchException if it is taken
     */
    public static MasterPort given(int number) {
        try (ServerSocket tried = new ServerSocket()) {
            tried.setReuseAddress(true);
            tried.bind(new InetSocketAddress(number));
            return new MasterPort(number, null);
        } catch (IOException e) {
            throw new LaunchException(
                    "Port " + number + " of --master cannot be listened on: " + e.getMessage()
                            + ". End the process that uses it, or choose another; without --master a free one is taken.",
                    e);
        }
    }

    /** From 1 on. */
    public int number() {
        return number;
    }

    @Override
    public void close() {
        if (held != null) {
            try {
                held.close();
            } catch (IOException e) {
                throw new IllegalStateException("A socket could not be closed: " + e.getMessage(), e);
            }
        }
    }
}
