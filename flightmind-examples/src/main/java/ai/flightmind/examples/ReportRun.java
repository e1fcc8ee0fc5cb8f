package ai.flightmind.examples;

import ai.flightmind.train.report.HtmlReport;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a run's page. */
@Command(
        name = "ReportRun",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Shows a run on one HTML page that needs no network.")
public final class ReportRun implements Runnable {
    @Parameters(paramLabel = "DIR", description = "the run's: with metrics.jsonl and, if there, run.jsonl")
    private Path run = Path.of("checkpoints");

    @Option(names = "--out", paramLabel = "FILE")
    private Path out = Path.of("report.html");

    public static void main(String[] args) {
        System.exit(Commands.execute(new ReportRun(), args));
    }

    @Override
    public void run() {
        HtmlReport.of(run).write(out);
        System.out.println(out);
    }
}
