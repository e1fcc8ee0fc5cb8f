package ai.flightmind.vast.http;

/** Whether a call that failed is sent again. */
public enum Repeat {
    /** Never: it spends money, and the first may have gone through. */
    NEVER,
    /** Only after "too many calls" (429), which says that nothing was done. */
    IF_REFUSED,
    /** After 429, 5xx and broken connections: reading twice does no harm. */
    READ,
    /** As a read, even while the service seems to be down: what became of money is to be found out. */
    SETTLE,
    /** As that, and for longer, since giving up leaves a machine billing. */
    DESTROY;

    /** Whether it is sent though the service seems to be down. */
    boolean regardless() {
        return this == SETTLE || this == DESTROY;
    }
}
