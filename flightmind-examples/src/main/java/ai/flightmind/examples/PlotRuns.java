package ai.flightmind.examples;

import ai.flightmind.train.history.RunHistory;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.plot.Quantity;
import ai.flightmind.train.plot.RunPlot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plots one or several runs over each other. */
@Command(
        name = "PlotRuns",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Plots a quantity of one or several runs.")
public final class PlotRuns implements Runnable {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "runs, each with its metrics.jsonl")
    private List<Path> runs = List.of();

    @Option(names = "--quantity", description = "${COMPLETION-CANDIDATES}")
    private Quantity quantity = Quantity.LOSS;

    @Option(names = "--out", paramLabel = "FILE", description = "ends in .png or .svg")
    private Path out = Path.of("plot.png");

    @Option(names = "--log-x")
    private boolean logX;

    @Option(names = "--log-y")
    private boolean logY;

    @Option(
            names = "--smoothing",
            description = "from 0 to below 1; default: by the length of the run",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double smoothing;

    public static void main(String[] args) {
        System.exit(Commands.execute(new PlotRuns(), args));
    }

    @Override
    public void run() {
        RunPlot.Builder plot = RunPlot.builder(quantity);
        for (Path directory : runs) {
            Path log = directory.resolve("run.jsonl");
            RunMetrics metrics = RunMetrics.read(directory.resolve("metrics.jsonl"));
            plot.run(
                    directory.toString(),
                    metrics,
                    Files.exists(log) ? RunHistory.read(log).resumedAt() : metrics.joints());
        }
        if (logX) {
            plot.logX();
        }
        if (logY) {
            plot.logY();
        }
        if (smoothing != null) {
            plot.smoothing(smoothing);
        }
        if (out.toString().endsWith(".svg")) {
            plot.build().writeSvg(out);
        } else {
            plot.build().writePng(out);
        }
        System.out.println(out);
    }
}
