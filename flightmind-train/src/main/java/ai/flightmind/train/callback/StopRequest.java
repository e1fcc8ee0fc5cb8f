package ai.flightmind.train.callback;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Asks a run to end well: it finishes its step, saves, and returns. The first reason stays. Thread-safe. */
public final class StopRequest {
    private final AtomicReference<String> reason = new AtomicReference<>();

    /**
     * Asks for the stop; it takes effect after the current step.
     *
     * @param why for the log and the result
     */
    public void request(String why) {
        reason.compareAndSet(null, why);
    }

    /** Why a stop was asked for, if it was. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason.get());
    }
}
