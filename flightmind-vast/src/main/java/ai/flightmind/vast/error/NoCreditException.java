package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** The account cannot pay for this, or may not spend so fast yet. Add credit, or rent less. */
public final class NoCreditException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public NoCreditException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
