package ai.flightmind.model.error;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file is damaged, or is no safetensors file. The message names the file, where in it what is wrong, and what to do.
 * Never caused by a failing disk: that is an {@link java.io.UncheckedIOException}.
 */
public final class SafetensorsFormatException extends ModelException {
    private static final long serialVersionUID = 1L;

    /** About a file, in words that go on from its name: {@code "byte 8: …"}. */
    public SafetensorsFormatException(Path file, String problem, @Nullable Throwable cause) {
        super(file + ": " + problem + "; the file is damaged, incomplete or of another kind: copy it again.", cause);
    }
}
