package ai.flightmind.model.error;

import org.jspecify.annotations.Nullable;

/** libtorch could not be unpacked or loaded: natives for this platform are missing, or the cache cannot be written. */
public final class NativeLibraryException extends ModelException {
    private static final long serialVersionUID = 1L;

    public NativeLibraryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
