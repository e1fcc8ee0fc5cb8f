package ai.flightmind.vast.run;

import ai.flightmind.vast.run.RunReport.Outcome;

/** The run cannot, or should not, go on. What has to be brought home and destroyed still has to. */
final class RunEnd extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Outcome outcome;

    RunEnd(Outcome outcome, String summary, Throwable cause) {
        super(summary, cause);
        this.outcome = outcome;
    }

    RunEnd(Outcome outcome, String summary) {
        super(summary);
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }

    String summary() {
        return String.valueOf(getMessage());
    }
}
