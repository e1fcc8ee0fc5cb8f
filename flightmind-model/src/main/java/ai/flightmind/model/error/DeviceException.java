package ai.flightmind.model.error;

/** A device was asked for which this machine, or this build of libtorch, does not have. */
public final class DeviceException extends ModelException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message, null);
    }
}
