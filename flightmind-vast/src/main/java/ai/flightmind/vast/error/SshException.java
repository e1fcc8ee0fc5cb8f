package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** An instance cannot be reached or worked with over SSH. {@link #kind()} says why; the message says what to do. */
public final class SshException extends VastException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, for programs that act on it. */
    public enum Kind {
        /** Nothing answers at the address: no such host, no way there, or silence. */
        UNREACHABLE,
        /** The address answers, but there is no SSH server behind it (yet). */
        NOT_YET_UP,
        /** We have no key to offer: none found, or none that could be read. */
        NO_KEY,
        /** The server took none of our keys. */
        KEY_REFUSED,
        /** The server is not the one first seen under this name. */
        HOST_KEY_CHANGED,
        /** The line broke in the middle of something that cannot simply be repeated. */
        LINE_LOST,
        /** A command ended with another status than 0, or wrote more than is kept. */
        COMMAND_FAILED,
        /** A command took too long and was ended. */
        COMMAND_TIMED_OUT,
        /** A file could not be read or written, here or there, or the line broke too often. */
        TRANSFER_FAILED,
        /** What arrived is not what was sent. It was not put in place. */
        VERIFICATION_FAILED
    }

    private final Kind kind;

    public SshException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
