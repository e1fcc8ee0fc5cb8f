package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The instance, key, volume or template does not exist (any more). */
public final class NotFoundException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
