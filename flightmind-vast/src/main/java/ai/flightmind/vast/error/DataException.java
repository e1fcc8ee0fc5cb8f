package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** An answer that cannot be understood. It is never read as "nothing there". */
public final class DataException extends VastException {
    private static final long serialVersionUID = 1L;

    private final String jsonPath;

    public DataException(String message, String jsonPath, @Nullable Throwable cause) {
        super(message, cause);
        this.jsonPath = jsonPath;
    }

    /** Where in the answer, as {@code $.offers[3].gpu_ram}. */
    public String jsonPath() {
        return jsonPath;
    }
}
