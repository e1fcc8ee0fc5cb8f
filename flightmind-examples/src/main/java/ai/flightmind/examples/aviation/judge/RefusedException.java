package ai.flightmind.examples.aviation.judge;

/** Says why a report is refused; never leaves the package. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    static void unless(boolean holds, String reason) throws RefusedException {
        if (!holds) {
            throw new RefusedException(reason);
        }
    }
}
