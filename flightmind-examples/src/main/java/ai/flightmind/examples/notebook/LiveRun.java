package ai.flightmind.examples.notebook;

import ai.flightmind.vast.run.GuideStep;
import ai.flightmind.vast.run.RunEvent;
import ai.flightmind.vast.run.RunReport;
import ai.flightmind.vast.run.TrainingRun;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * Shows a run on rented machines below its cell as one display that is updated in place: the guide's steps, how far training
 * is, what it costs, and what happened last.
 */
public final class LiveRun {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final int EVENTS_SHOWN = 6;

    private final LiveDisplay display = LiveDisplay.open("<p>The run begins.</p>");
    private final Map<GuideStep, String> guide = new EnumMap<>(GuideStep.class);
    private final Deque<String> events = new ArrayDeque<>();
    private String step = "";
    private String spent = "";
    private long shown;

    private LiveRun() {}

    /**
     * Until it has ended, in whatever way.
     *
     * @return its report, to end the cell with
     */
    public static RunReport follow(TrainingRun run) {
        LiveRun live = new LiveRun();
        run.progress().forEach(live::at);
        live.show();
        return run.await();
    }

    private void at(RunEvent event) {
        if (event instanceof RunEvent.Progress progress) {
            guide.put(progress.step(), progress.detail() + (progress.done() ? "" : " …"));
        } else if (event instanceof RunEvent.Step) {
            step = event.toString();
        } else if (event instanceof RunEvent.Spent) {
            spent = event.toString();
        } else if (!(event instanceof RunEvent.LogLine || event instanceof RunEvent.Transfer)) {
            events.addLast(event.toString());
            if (events.size() > EVENTS_SHOWN) {
                events.removeFirst();
            }
        }
        if (System.nanoTime() - shown >= EVERY.toNanos()) {
            show();
        }
    }

    private void show() {
        HtmlTable table = HtmlTable.of("", "step of the guide", "");
        guide.forEach((at, detail) -> table.row(at.number(), at.title(), detail));
        StringBuilder html = new StringBuilder(table.toString());
        html.append("<p>").append(HtmlTable.escape(step + " · " + spent)).append("</p>\n<ul>\n");
        events.forEach(
                event -> html.append("<li>").append(HtmlTable.escape(event)).append("</li>\n"));
        display.show(html.append("</ul>\n").toString());
        shown = System.nanoTime();
    }
}
