package ai.flightmind.train.error;

import org.jspecify.annotations.Nullable;

/** The training data is missing, truncated, or does not fit the model. The message names the file. */
public final class DataException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message, null);
    }

    public DataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
