package ai.flightmind.train.error;

/** Too many steps in a row had a loss or gradient that is not a finite number. The weights are those before them. */
public final class NonFiniteException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public NonFiniteException(String message) {
        super(message, null);
    }
}
