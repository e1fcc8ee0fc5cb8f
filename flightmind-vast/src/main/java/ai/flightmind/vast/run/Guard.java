package ai.flightmind.vast.run;

import ai.flightmind.vast.plan.Patience;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Counts money and time beside the run's own thread, so that no transfer and no waiting outlasts them. It asks for an
 * orderly end while there is enough left for it, and insists when there is not.
 */
final class Guard implements AutoCloseable {
    private static final double MS_PER_HOUR = 3_600_000;
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final RunContext run;
    private final Instant spared;
    private final Thread thread;
    private volatile boolean closed;

    /** @param stopped whether the run's machine was: then it is given the time to start and to bring home, if nothing is left */
    Guard(RunContext run, boolean stopped) {
        this.run = run;
        Patience patience = run.plan().patience();
        this.spared = stopped
                ? run.now().plus(patience.boot()).plus(patience.stopGrace()).plus(patience.collect())
                : Instant.EPOCH;
        this.thread = new Thread(this::watch, "run-guard-" + run.id());
        thread.setDaemon(true);
        thread.start();
    }

    /** Until budget or deadline are used up. */
    static Duration left(RunContext run) {
        Instant now = run.now();
        Duration byDeadline = byDeadline(run, now);
        Duration byBudget = byBudget(run, now);
        return byBudget.compareTo(byDeadline) < 0 ? byBudget : byDeadline;
    }

    /** The same by the machine's clock. */
    static Duration wallTimeLeft(RunContext run) {
        return run.cloud().time().byWallClock(left(run));
    }

    private static Duration byDeadline(RunContext run, Instant now) {
        return Duration.between(now, run.history().started().plus(run.plan().deadline()));
    }

    /** At what bills now. */
    private static Duration byBudget(RunContext run, Instant now) {
        double perHour = run.history().dollarsPerHour();
        double dollars = run.plan().budget().dollars() - run.history().dollars(now);
        double hours = perHour <= 0 ? Double.MAX_VALUE : dollars / perHour;
        return hours >= FOREVER.toDays() * 24.0 ? FOREVER : Duration.ofMillis((long) (hours * MS_PER_HOUR));
    }

    private void watch() {
        Patience patience = run.plan().patience();
        Duration orderly = patience.stopGrace().plus(patience.collect()).plus(patience.poll());
        try {
            while (!closed) {
                Duration left = left(run);
                if (left.compareTo(patience.poll()) < 0 && run.now().isAfter(spared)) {
                    run.stop().insist(outcome(), why());
                } else if (left.compareTo(orderly) < 0) {
                    run.stop().ask(outcome(), why());
                }
                run.cloud().time().sleep(patience.poll());
            }
        } catch (InterruptedException e) {
            // Closed.
            boolean unused = Thread.interrupted();
        }
    }

    private Outcome outcome() {
        return isPastDeadline() ? Outcome.PAST_DEADLINE : Outcome.OUT_OF_BUDGET;
    }

    private boolean isPastDeadline() {
        return byDeadline(run, run.now()).compareTo(byBudget(run, run.now())) <= 0;
    }

    private String why() {
        return isPastDeadline()
                ? "The deadline of " + run.plan().deadline() + " is reached."
                : String.format(
                        Locale.ROOT,
                        "$%.2f of the budget of $%.2f are spent; the rest is for saving and bringing home.",
                        run.dollars(),
                        run.plan().budget().dollars());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
