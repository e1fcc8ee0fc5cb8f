package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** A rented instance did not get to run: it failed, was outbid, or took too long. It still bills until destroyed. */
public final class InstanceNotReadyException extends VastException {
    private static final long serialVersionUID = 1L;

    private final long instanceId;
    private final @Nullable String lastStatus;
    private final boolean timedOut;

    public InstanceNotReadyException(
            String message, long instanceId, @Nullable String lastStatus, boolean timedOut, @Nullable Throwable cause) {
        super(message, cause);
        this.instanceId = instanceId;
        this.lastStatus = lastStatus;
        this.timedOut = timedOut;
    }

    public long instanceId() {
        return instanceId;
    }

    /** The last {@code actual_status} seen; null if the service gave none. */
    public @Nullable String lastStatus() {
        return lastStatus;
    }

    /** True if it might still come up; false if waiting cannot help. */
    public boolean timedOut() {
        return timedOut;
    }
}
