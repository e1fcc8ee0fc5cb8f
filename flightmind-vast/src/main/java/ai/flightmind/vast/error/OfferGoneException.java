package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** Someone else was faster, or the offer was withdrawn: nothing was rented. Take the next offer. */
public final class OfferGoneException extends AnswerException {
    private static final long serialVersionUID = 1L;

    public OfferGoneException(String message, int status, @Nullable String code) {
        super(message, status, code);
    }
}
