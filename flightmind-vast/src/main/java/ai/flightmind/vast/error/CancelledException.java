package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The calling thread was interrupted, or the client closed, during a call. The thread's interrupt flag is set again. */
public final class CancelledException extends VastException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    public CancelledException(String message, boolean sent, @Nullable Throwable cause) {
        super(message, cause);
        this.sent = sent;
    }

    /** False if the request certainly never reached the service. */
    public boolean sent() {
        return sent;
    }
}
