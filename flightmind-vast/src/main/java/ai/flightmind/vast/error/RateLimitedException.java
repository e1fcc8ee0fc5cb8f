package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** Too many calls, and waiting within the call did not help. Another program may use the same account. */
public final class RateLimitedException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public RateLimitedException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
