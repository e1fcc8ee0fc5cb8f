package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** No answer came: no connection, a broken one, or a time-out. {@link #sent()} says whether the service may have acted. */
public final class TransportException extends VastException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    public TransportException(String message, boolean sent, @Nullable Throwable cause) {
        super(message, cause);
        this.sent = sent;
    }

    /** False if the request certainly never reached the service. */
    public boolean sent() {
        return sent;
    }
}
