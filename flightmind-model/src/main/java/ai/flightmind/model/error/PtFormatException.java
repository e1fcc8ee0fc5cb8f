package ai.flightmind.model.error;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file is damaged, or is not a {@code .pt} file that can be read. The message names the file, what is wrong with it and
 * what to do. Never caused by a failing disk: that is an {@link java.io.UncheckedIOException}.
 */
public final class PtFormatException extends ModelException {
    private static final long serialVersionUID = 1L;

    private PtFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The bytes are not what was once written. */
    public static PtFormatException damaged(Path file, String problem, @Nullable Throwable cause) {
        return new PtFormatException(
                file + ": " + problem
                        + "; the file is damaged or incomplete: copy it again or use an older checkpoint.",
                cause);
    }

    /** The file may be sound, but holds something else than a checkpoint of tensors and plain values. */
    public static PtFormatException unsupported(Path file, String problem) {
        return new PtFormatException(
                file + ": " + problem
                        + "; save it again from Python with torch.save as tensors, dicts, lists, numbers and strings.",
                null);
    }
}
