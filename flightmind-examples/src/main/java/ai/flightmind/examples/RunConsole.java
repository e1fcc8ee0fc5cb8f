package ai.flightmind.examples;

import ai.flightmind.train.progress.LiveLine;
import ai.flightmind.vast.run.RunEvent;
import ai.flightmind.vast.run.RunReport;
import ai.flightmind.vast.run.TrainingRun;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells people what happens in a run: a line for each event, a live one for what is on its way. */
final class RunConsole implements AutoCloseable {
    private @Nullable LiveLine transfer;
    private String what = "";

    private RunConsole() {}

    /** To its end, and the report then. */
    static RunReport follow(TrainingRun run) {
        tell(run, event -> true);
        RunReport report = run.await();
        System.out.printf("%n%s%n", report);
        return report;
    }

    /** Until its program trains; it may have ended before. */
    static void followUntilItTrains(TrainingRun run) {
        tell(run, event -> !(event instanceof RunEvent.Training));
    }

    private static void tell(TrainingRun run, Predicate<RunEvent> goesOn) {
        try (RunConsole console = new RunConsole();
                Stream<RunEvent> events = run.progress()) {
            events.takeWhile(goesOn).forEach(console::tell);
        }
    }

    private void tell(RunEvent event) {
        if (event instanceof RunEvent.Transfer on) {
            line(on.what()).at(on.doneBytes(), on.totalBytes());
        } else if (isTold(event)) {
            close();
            System.out.println(event);
        }
    }

    private LiveLine line(String of) {
        LiveLine line = transfer;
        if (line == null || !of.equals(what)) {
            close();
            line = LiveLine.bytes(of);
            transfer = line;
            what = of;
        }
        return line;
    }

    /** The program's own log has the steps. */
    private static boolean isTold(RunEvent event) {
        return !(event instanceof RunEvent.Step || event instanceof RunEvent.Spent || event instanceof RunEvent.Ended);
    }

    /** Ends the live line. */
    @Override
    public void close() {
        if (transfer != null) {
            transfer.close();
            transfer = null;
        }
    }
}
