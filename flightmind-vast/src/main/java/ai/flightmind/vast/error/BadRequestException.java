package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The service refuses the request as it stands; sending it again changes nothing. */
public final class BadRequestException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public BadRequestException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
