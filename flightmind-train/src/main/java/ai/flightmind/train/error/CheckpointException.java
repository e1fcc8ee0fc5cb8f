package ai.flightmind.train.error;

import org.jspecify.annotations.Nullable;

/** A checkpoint could not be written, or the one to resume from is damaged or of another run. */
public final class CheckpointException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message, null);
    }

    public CheckpointException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
