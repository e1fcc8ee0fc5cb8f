package ai.flightmind.train.error;

/** A callback threw, which stopped the run. The message names the callback; the cause is what it threw. */
public final class CallbackException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public CallbackException(String message, Throwable cause) {
        super(message, cause);
    }
}
