package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The calling thread was interrupted, or the client closed, during a call. The thread's interrupt flag is set again. */
public final class CancelledException extends VastException {
    private static final long serialVersionUID = 1L;

    public CancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
