package ai.flightmind.model.error;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A {@code .pt} file is truncated, damaged, or holds something that is not a checkpoint's. */
public final class PtFormatException extends ModelException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    public PtFormatException(Path file, String problem, @Nullable Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file;
    }

    /** The file that could not be read. */
    public Path file() {
        return file;
    }
}
