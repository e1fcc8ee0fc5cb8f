package ai.flightmind.vast.fake;

/** What becomes of an instance on a machine. */
public enum Fate {
    /** Provisioned, created, loading, and running after about a minute. */
    RUNS,
    /** Loads for ever. */
    STAYS_LOADING,
    /** Runs, and its container dies two minutes later. */
    EXITS,
    /** Its host cannot start containers. */
    CANNOT_START,
    /** Its host goes away while it loads. */
    OFFLINE,
    /** Someone bids more while it loads. */
    OUTBID
}
