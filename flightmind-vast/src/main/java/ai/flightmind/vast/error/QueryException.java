package ai.flightmind.vast.error;

/** A search query that cannot be understood. The message shows where, and what was expected there. */
public final class QueryException extends VastException {
    private static final long serialVersionUID = 1L;

    private final int position;

    public QueryException(String message, int position) {
        super(message, null);
        this.position = position;
    }

    /** Where in the query's text, from 0; −1 if not at one place. */
    public int position() {
        return position;
    }
}
