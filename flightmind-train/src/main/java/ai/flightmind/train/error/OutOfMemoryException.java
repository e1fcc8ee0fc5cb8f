package ai.flightmind.train.error;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The device has too little memory for a micro-batch. The message says what was being done, what it takes by the estimate,
 * what there is, and which micro-batch would fit. The cause, if there is one, is libtorch's own error.
 */
public final class OutOfMemoryException extends TrainingException {
    private static final long serialVersionUID = 1L;

    private final int fitting;

    /**
     * With what would fit.
     *
     * @param fittingMicroBatchSize sequences, for the same step; empty if not even one fits
     */
    public OutOfMemoryException(String message, OptionalInt fittingMicroBatchSize, @Nullable Throwable cause) {
        super(message, cause);
        this.fitting = fittingMicroBatchSize.orElse(0);
    }

    /** The largest that fits by the estimate and divides the same step; empty if not even one sequence fits. */
    public OptionalInt fittingMicroBatchSize() {
        return fitting == 0 ? OptionalInt.empty() : OptionalInt.of(fitting);
    }
}
