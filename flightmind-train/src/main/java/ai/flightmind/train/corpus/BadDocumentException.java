package ai.flightmind.train.corpus;

/** A document that is none. Checked, since each must be told to the user, or counted. */
public final class BadDocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long offset;

    /** @param offset of the trouble in the bytes that were read */
    BadDocumentException(String problem, long offset) {
        super(problem);
        this.offset = offset;
    }

    long offset() {
        return offset;
    }
}
