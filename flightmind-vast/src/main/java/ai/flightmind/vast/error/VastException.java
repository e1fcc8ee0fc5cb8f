package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The root of everything this module throws by itself. Unchecked; the message says what to do, and holds no secret. */
public abstract sealed class VastException extends RuntimeException
        permits AnswerException,
                TransportException,
                DataException,
                QueryException,
                CancelledException,
                UnclearRentalException,
                SshException,
                InstanceNotReadyException,
                BucketException,
                PlanException,
                ProvisionException {
    private static final long serialVersionUID = 1L;

    VastException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
