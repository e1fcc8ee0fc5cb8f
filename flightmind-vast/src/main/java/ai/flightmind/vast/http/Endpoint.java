package ai.flightmind.vast.http;

import java.time.Duration;

/** What the service counts calls by, with the published threshold: so many calls in so long. */
public enum Endpoint {
    SEARCH(10, 60),
    LIST_INSTANCES(1, 1),
    SHOW_INSTANCE(1, 2),
    CREATE(1, 4.5),
    DESTROY(1, 3),
    CHANGE_INSTANCE(1, 1),
    CHANGE_BID(1, 5.5),
    PREPAY(1, 2),
    EXECUTE(1, 1.5),
    LOGS(1, 1),
    SSH_KEYS(1, 1),
    DETACH_KEY(1, 2),
    TEMPLATES(1, 3),
    VOLUMES(1, 5.5),
    SECRETS(1, 5),
    BILLING(1, 3),
    OTHER(1, 0);

    private final int calls;
    private final Duration window;

    Endpoint(int calls, double seconds) {
        this.calls = calls;
        this.window = Duration.ofMillis((long) (seconds * 1000));
    }

    /** How many calls the service takes in any {@link #window()}. */
    public int calls() {
        return calls;
    }

    public Duration window() {
        return window;
    }

    /** How far apart calls are on average. */
    Duration spacing() {
        return window.dividedBy(calls);
    }
}
