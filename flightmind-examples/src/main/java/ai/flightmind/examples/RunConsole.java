package ai.flightmind.examples;

import ai.flightmind.vast.run.RunEvent;
import ai.flightmind.vast.run.RunReport;
import ai.flightmind.vast.run.TrainingRun;

/** Tells people what happens in a run. */
final class RunConsole {
    private RunConsole() {}

    /** To its end, and the report then. */
    static RunReport follow(TrainingRun run) {
        run.progress().filter(RunConsole::isTold).forEach(System.out::println);
        RunReport report = run.await();
        System.out.printf("%n%s%n", report);
        return report;
    }

    /** Until its program trains; it may have ended before. */
    static void followUntilItTrains(TrainingRun run) {
        run.progress()
                .takeWhile(event -> !(event instanceof RunEvent.Training))
                .filter(RunConsole::isTold)
                .forEach(System.out::println);
    }

    /** The program's own log has the steps. */
    private static boolean isTold(RunEvent event) {
        return !(event instanceof RunEvent.Step || event instanceof RunEvent.Spent || event instanceof RunEvent.Ended);
    }
}
