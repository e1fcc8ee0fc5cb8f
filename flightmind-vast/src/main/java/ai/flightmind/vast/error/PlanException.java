package ai.flightmind.vast.error;

/** A run cannot begin, or be joined, as it is. Nothing was rented. The message says what is not ready. */
public final class PlanException extends VastException {
    private static final long serialVersionUID = 1L;

    public PlanException(String message) {
        super(message, null);
    }
}
