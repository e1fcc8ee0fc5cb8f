package ai.flightmind.train.document;

/** A document that is none, and where it stands. Checked, since each must be told to the user, or counted. */
final class BadTextException extends Exception {
    private static final long serialVersionUID = 1L;

    BadTextException(String message) {
        super(message);
    }
}
