package ai.flightmind.vast.fake;

/** What goes wrong with one request. */
public enum Fault {
    NONE,
    /** 429 in plain text; nothing is done. */
    TOO_MANY,
    /** 503; nothing is done. */
    DOWN,
    /** Done, then a proxy's 502 page. */
    DOWN_AFTER,
    /** Done, then 503 with {@code Retry-After: 0}, on which HTTP clients like to send again. */
    RETRY_AT_ONCE,
    /** The connection breaks before anything is done. */
    CUT_BEFORE,
    /** Done, then the connection breaks. */
    CUT_AFTER,
    /** Done; the answer stops in the middle. */
    TRUNCATED,
    /** Done; the answer is not JSON. */
    BROKEN_JSON,
    /** Done; the answer is empty. */
    EMPTY,
    /** Done; the answer is JSON of another shape. */
    WRONG_SHAPE,
    /** 200 with {@code success: false}; nothing is done. */
    POLITE_NO,
    /** The connection breaks, and the request is done some seconds later. Other requests than rentals: not done. */
    LATE,
    /** Done, and no answer ever comes: the client's time-out, in real time, ends it. */
    STALL,
    /** A search gives rows that its conditions exclude. Other requests: as {@link #NONE}. */
    UNFILTERED,
    /** A rental is made, stopped, and refused with its contract in the answer. Other requests: {@link #DOWN}. */
    RENTED_BUT_REFUSED,
    /** A rental finds the offer gone. Other requests: {@link #DOWN}. */
    OFFER_GONE;

    boolean done() {
        return switch (this) {
            case NONE,
                    DOWN_AFTER,
                    RETRY_AT_ONCE,
                    CUT_AFTER,
                    TRUNCATED,
                    BROKEN_JSON,
                    EMPTY,
                    WRONG_SHAPE,
                    STALL,
                    UNFILTERED -> true;
            default -> false;
        };
    }
}
