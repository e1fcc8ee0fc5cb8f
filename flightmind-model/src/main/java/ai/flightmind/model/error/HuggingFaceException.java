package ai.flightmind.model.error;

import org.jspecify.annotations.Nullable;

/**
 * A model cannot be written in Hugging Face's layout, or a directory of that layout holds no model that a {@code Gpt} can
 * be. The message names the file and the field or tensor.
 */
public final class HuggingFaceException extends ModelException {
    private static final long serialVersionUID = 1L;

    public HuggingFaceException(String message) {
        super(message, null);
    }

    public HuggingFaceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
