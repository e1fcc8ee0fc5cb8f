package ai.flightmind.train.error;

import org.jspecify.annotations.Nullable;

/**
 * The processes of a run could not be started, or one failed and no restarts were left. The message names the rank or
 * node, the cause, and where the log is. No process of the run is left when this is thrown.
 */
public final class LaunchException extends TrainingException {
    private static final long serialVersionUID = 1L;

    public LaunchException(String message) {
        super(message, null);
    }

    public LaunchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
