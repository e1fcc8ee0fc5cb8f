package ai.flightmind.model.error;

import org.jspecify.annotations.Nullable;

/** The root of everything this module throws by itself. Unchecked; the message says what to do. */
public abstract sealed class ModelException extends RuntimeException
        permits NativeLibraryException,
                DeviceException,
                CancelledException,
                PtFormatException,
                TokenizerException,
                SafetensorsFormatException,
                HuggingFaceException {
    private static final long serialVersionUID = 1L;

    ModelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
