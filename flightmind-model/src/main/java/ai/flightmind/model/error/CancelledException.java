package ai.flightmind.model.error;

/** The calling thread was interrupted during a long call. The thread's interrupt flag is still set. */
public final class CancelledException extends ModelException {
    private static final long serialVersionUID = 1L;

    public CancelledException(String message) {
        super(message, null);
    }
}
