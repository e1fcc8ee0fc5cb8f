package ai.flightmind.examples.notebook;

import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.plot.Quantity;
import ai.flightmind.train.plot.RunPlot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Shows a training below its cell as one display that is updated in place: the newest figures, and the loss so far. Drawn
 * every two seconds, or less often where drawing would take more than a fiftieth of the training's time.
 */
public final class LiveCurve implements TrainingCallback {
    private static final long LEAST_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int PAUSE_FOR_DRAWING = 50;

    private final Path metrics;
    private @Nullable LiveDisplay display;
    private @Nullable Step newest;
    private boolean isWarm;
    private long nextDrawing;

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
        nextDrawing = System.nanoTime() + LEAST_PAUSE_NANOS;
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        newest = step;
        if (System.nanoTime() - nextDrawing >= 0) {
            draw();
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        draw();
    }

    private void draw() {
        if (display == null || newest == null) {
            return;
        }
        long start = System.nanoTime();
        display.show(figures(newest) + curve());
        long end = System.nanoTime();
        // The first drawing loads the library: how long it takes says nothing of the others.
        long pause = isWarm ? Math.max(LEAST_PAUSE_NANOS, PAUSE_FOR_DRAWING * (end - start)) : LEAST_PAUSE_NANOS;
        nextDrawing = end + pause;
        isWarm = true;
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
