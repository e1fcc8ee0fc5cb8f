package ai.flightmind.vast.run;

import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How others end what the run's thread does. A request interrupts it; once the orderly end has begun, only one that
 * insists does. Thread-safe.
 */
final class StopRequest {
    private @Nullable Thread worker;
    private @Nullable Outcome outcome;
    private String why = "";
    private boolean ending;
    private boolean insisted;

    /** By the thread that does the run's work. */
    synchronized void begin() {
        worker = Thread.currentThread();
        if (outcome != null) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void ask(Outcome how, String because) {
        if (outcome == null) {
            outcome = how;
            why = because;
            if (worker != null && !ending) {
                worker.interrupt();
            }
        }
    }

    /** There is no more time for an orderly end. */
    synchronized void insist(Outcome how, String because) {
        ask(how, because);
        if (!insisted) {
            insisted = true;
            if (worker != null) {
                worker.interrupt();
            }
        }
    }

    synchronized boolean isAsked() {
        return outcome != null;
    }

    synchronized boolean isInsisted() {
        return insisted;
    }

    /** @throws RunEnd if there is a request, and the orderly end has not begun */
    synchronized void check() {
        if (outcome != null && !ending) {
            throw end();
        }
    }

    /** Before cleaning up: what interrupted has been heard. */
    synchronized void orderlyEnd() {
        ending = true;
        boolean unused = Thread.interrupted();
    }

    /** After the work: nobody is to be interrupted any more. */
    synchronized void finish() {
        worker = null;
        boolean unused = Thread.interrupted();
    }

    /** Sleeps in the run's own time. */
    void sleep(Timeline time, Duration duration) {
        check();
        try {
            time.sleep(duration);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** What an interruption of the run's thread means. */
    synchronized RuntimeException interrupted(Throwable cause) {
        boolean unused = Thread.interrupted();
        if (outcome != null && !ending) {
            return end();
        }
        return new RunEnd(
                outcome != null ? outcome : Outcome.FAILED,
                why.isEmpty() ? "The run's thread was interrupted." : why,
                cause);
    }

    private RunEnd end() {
        Outcome how = outcome == null ? Outcome.FAILED : outcome;
        return new RunEnd(how, why);
    }
}
