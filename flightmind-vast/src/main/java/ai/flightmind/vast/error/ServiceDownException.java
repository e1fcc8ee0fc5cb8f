package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/**
 * The service fails (5xx), or failed so often just now that it is left alone for a while: status 0 then, and the request
 * was not sent.
 */
public final class ServiceDownException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public ServiceDownException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
