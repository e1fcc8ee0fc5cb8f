package ai.flightmind.train.error;

import org.jspecify.annotations.Nullable;

/**
 * The ranks of a run could not meet, do not agree, or one of them is gone. The message names the rank and the cause. The
 * process group cannot be used any more: end the process, and start all ranks again to go on from the latest checkpoint.
 */
public final class DistributedException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public DistributedException(String message) {
        super(message, null);
    }

    public DistributedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
