package ai.flightmind.model.error;

import org.jspecify.annotations.Nullable;

/**
 * A tokenizer's file cannot be read or is of an unknown kind, or the library that reads it is missing. The message names
 * the file and says what to do.
 */
public final class TokenizerException extends ModelException {
    private static final long serialVersionUID = 1L;

    public TokenizerException(String message) {
        super(message, null);
    }

    public TokenizerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
