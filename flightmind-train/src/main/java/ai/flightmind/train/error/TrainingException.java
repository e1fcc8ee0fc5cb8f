package ai.flightmind.train.error;

import org.jspecify.annotations.Nullable;

/** The root of everything this module throws by itself. Unchecked; the message says what to do. */
public abstract sealed class TrainingException extends RuntimeException
        permits DataException,
                CheckpointException,
                NonFiniteException,
                OutOfMemoryException,
                CallbackException,
                DistributedException,
                LaunchException {
    private static final long serialVersionUID = 1L;

    TrainingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
