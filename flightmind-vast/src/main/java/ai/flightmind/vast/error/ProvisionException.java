package ai.flightmind.vast.error;

/** Something that a program needs could not be brought onto a machine. The message says what was tried. */
public final class ProvisionException extends VastException {
    private static final long serialVersionUID = 1L;

    public ProvisionException(String message) {
        super(message, null);
    }
}
