package ai.flightmind.vast.run;

import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.run.RunReport.GuideRow;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How the guide's steps went. Used by the run's thread; read by others. */
final class GuideClock {
    private final Timeline time;
    private final EventLog events;
    private final Map<GuideStep, GuideRow> rows = new EnumMap<>(GuideStep.class);

    GuideClock(Timeline time, EventLog events) {
        this.time = time;
        this.events = events;
    }

    /** Does a step, and tells how it went. */
    <T extends @Nullable Object> T step(GuideStep step, String what, Supplier<T> work, Function<T, String> outcome) {
        Instant start = time.now();
        events.tell(new RunEvent.Progress(step, false, what));
        try {
            T result = work.get();
            done(step, start, outcome.apply(result));
            return result;
        } catch (RuntimeException e) {
            add(step, start, "not done: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            throw e;
        }
    }

    void done(GuideStep step, Instant start, String outcome) {
        add(step, start, outcome);
        events.tell(new RunEvent.Progress(step, true, outcome));
    }

    private synchronized void add(GuideStep step, Instant start, String outcome) {
        Duration took = Duration.between(start, time.now());
        GuideRow before = rows.getOrDefault(step, new GuideRow(step, "", Duration.ZERO, 0));
        rows.put(step, new GuideRow(step, outcome, before.took().plus(took), before.times() + 1));
    }

    synchronized List<GuideRow> rows() {
        return Stream.of(GuideStep.values())
                .map(step -> rows.getOrDefault(step, new GuideRow(step, "not reached", Duration.ZERO, 0)))
                .toList();
    }
}
