package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** An answer of the service that cannot be understood. It is never taken for an empty one. */
public final class DataException extends VastException {
    private static final long serialVersionUID = 1L;

    private final String jsonPath;

    public DataException(String message, String jsonPath, @Nullable Throwable cause) {
        super(message, cause);
        this.jsonPath = jsonPath;
    }

    /** Where in the answer, such as {@code $.offers[3].id}. */
    public String jsonPath() {
        return jsonPath;
    }
}
