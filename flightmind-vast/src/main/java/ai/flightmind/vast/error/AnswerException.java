package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The service answered, and the answer was no. What it said is kept: its HTTP status and its own error code. */
public abstract sealed class AnswerException extends VastException
        permits UnauthorizedException,
                OfferGoneException,
                NoCreditException,
                RateLimitedException,
                NotFoundException,
                BadRequestException,
                ServiceDownException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable String code;

    AnswerException(String message, int status, @Nullable String code) {
        super(message, null);
        this.status = status;
        this.code = code;
    }

    /** The HTTP status, 200 for a polite refusal ({@code success: false}); 0 if we did not ask at all. */
    public int status() {
        return status;
    }

    /** The service's code, as {@code no_such_ask}; null if it gave none. */
    public @Nullable String code() {
        return code;
    }
}
