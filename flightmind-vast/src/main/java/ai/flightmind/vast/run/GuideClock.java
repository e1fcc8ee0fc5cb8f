package ai.flightmind.vast.run;

import ai.flightmind.vast.http.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does the guide's steps, takes their time, and tells how they went. */
final class GuideClock {
    private final Timeline time;
    private final EventLog events;
    private final History history;

    GuideClock(Timeline time, EventLog events, History history) {
        this.time = time;
        this.events = events;
        this.history = history;
    }

    /** Does a step, and tells how it went. */
    <T extends @Nullable Object> T step(GuideStep step, String what, Supplier<T> work, Function<T, String> outcome) {
        Instant start = time.now();
        events.tell(new RunEvent.Progress(step, false, what));
        try {
            T result = work.get();
            String how = outcome.apply(result);
            note(step, start, how);
            events.tell(new RunEvent.Progress(step, true, how));
            return result;
        } catch (RuntimeException e) {
            note(step, start, "not done: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            throw e;
        }
    }

    private void note(GuideStep step, Instant start, String outcome) {
        Instant now = time.now();
        history.step(now, step, outcome, Duration.between(start, now));
    }
}
