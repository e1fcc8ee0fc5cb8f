package ai.flightmind.vast.instance;

import java.util.Set;

/**
 * What the container is, in the service's word. Open: the service may have new ones.
 *
 * @param value as {@code running}
 */
public record InstanceStatus(String value) {
    public static final InstanceStatus CREATED = new InstanceStatus("created");
    public static final InstanceStatus LOADING = new InstanceStatus("loading");
    public static final InstanceStatus RUNNING = new InstanceStatus("running");
    public static final InstanceStatus STOPPED = new InstanceStatus("stopped");
    public static final InstanceStatus EXITED = new InstanceStatus("exited");
    public static final InstanceStatus REBOOTING = new InstanceStatus("rebooting");
    public static final InstanceStatus RESTARTING = new InstanceStatus("restarting");
    public static final InstanceStatus FROZEN = new InstanceStatus("frozen");
    public static final InstanceStatus UNKNOWN = new InstanceStatus("unknown");
    public static final InstanceStatus OFFLINE = new InstanceStatus("offline");

    private static final Set<InstanceStatus> LOST = Set.of(EXITED, UNKNOWN, OFFLINE);

    /** The container died, or its host is gone: waiting does not bring it back. */
    public boolean isLost() {
        return LOST.contains(this);
    }

    @Override
    public String toString() {
        return value;
    }
}
