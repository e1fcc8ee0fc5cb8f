package ai.flightmind.examples.notebook;

import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.plot.Quantity;
import ai.flightmind.train.plot.RunPlot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Shows a training below its cell as one display that is updated in place: the newest figures, and the loss so far. Drawn at
 * most every two seconds, which takes some hundredths of one.
 */
public final class LiveCurve implements TrainingCallback {
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final Path metrics;
    private @Nullable LiveDisplay display;
    private long drawn;

    private LiveCurve(Path metrics) {
        this.metrics = metrics;
    }

    /** Of the run whose {@link MetricsFile} this is; that callback is added before this one. */
    public static LiveCurve of(Path metrics) {
        return new LiveCurve(metrics);
    }

    @Override
    public void onStart(RunStart start) {
        display = LiveDisplay.open("<p>The first step is under way.</p>");
        drawn = System.nanoTime();
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        if (display != null && (step.last() || System.nanoTime() - drawn >= EVERY.toNanos())) {
            display.show(figures(step) + curve());
            drawn = System.nanoTime();
        }
    }

    private static String figures(Step step) {
        return String.format(
                Locale.ROOT,
                "<p>step %,d of %,d · loss %.4f · learning rate %.2e · %,.0f tokens/s · %,d s left</p>%n",
                step.step() + 1,
                step.maxSteps(),
                step.loss(),
                step.learningRate(),
                step.averageTokensPerSecond(),
                step.remaining().toSeconds());
    }

    private String curve() {
        RunPlot plot = RunPlot.builder(Quantity.LOSS)
                .run("training", RunMetrics.read(metrics))
                .size(800, 360)
                .build();
        return "<img alt=\"loss\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(plot.png()) + "\">";
    }
}
