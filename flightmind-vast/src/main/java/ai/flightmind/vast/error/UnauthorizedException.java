package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The key is missing, wrong, expired, or may not do this. The service says so with 401, 403, or 404. */
public final class UnauthorizedException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public UnauthorizedException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
