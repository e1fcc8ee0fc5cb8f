package ai.flightmind.train.progress;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.ConsoleProgress;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.gpu.GpuMonitor;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.metrics.MovingAverage;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run in one live line on the terminal: step, smoothed loss, validation loss, learning rate, tokens per second, MFU,
 * memory, cost so far and time left, as many of them as fit. What stays is printed above it: the start, checkpoints, updates
 * that were skipped, the end. Where standard output is no terminal, {@link ConsoleProgress} prints its lines instead.
 *
 * <p>The loss shown is {@link MovingAverage} of the last fifty steps or so. Memory is that of the fullest GPU, or what the
 * process holds where there is none.
 */
public final class LiveProgress implements TrainingCallback {
    private static final double SMOOTHING = 0.98;

    private final PrintStream out;
    private final CostMeter cost;
    private final ConsoleProgress plain;
    private final boolean live;
    private final MovingAverage loss = new MovingAverage(SMOOTHING);
    private OptionalDouble validationLoss = OptionalDouble.empty();
    private volatile @Nullable TrainingLine line;
    private @Nullable GpuMonitor gpus;
    private @Nullable Display display;

    /** To standard output, with every tenth step's line where that is no terminal. */
    public LiveProgress() {
        this(10, CostMeter.fromEnvironment());
    }

    /**
     * To standard output.
     *
     * @param every without a terminal, print the steps that this divides, and the last; at least 1
     * @param cost what the run costs
     */
    public LiveProgress(long every, CostMeter cost) {
        this(System.out, every, cost, Terminal.isThere());
    }

    LiveProgress(PrintStream out, long every, CostMeter cost, boolean live) {
        this.out = out;
        this.cost = cost;
        this.live = live;
        this.plain = new ConsoleProgress(out, every, cost);
    }

    @Override
    public void onStart(RunStart start) {
        plain.onStart(start);
        if (live) {
            gpus = GpuMonitor.open().orElse(null);
            display = Display.open(out, this::text);
        }
    }

    private String text(int columns) {
        TrainingLine newest = line;
        return newest == null ? "the first step is under way" : newest.at(System.nanoTime(), columns);
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        Display shown = display;
        if (shown == null) {
            plain.onStep(step, stop);
            return;
        }
        if (step.validationLoss().isPresent()) {
            validationLoss = step.validationLoss();
        }
        line = new TrainingLine(
                step,
                loss.add(step.loss()),
                validationLoss,
                cost,
                gpus == null ? List.of() : gpus.readings(),
                System.nanoTime());
        if (step.skipped()) {
            shown.above("step " + step.step() + ": not finite, update skipped");
        }
    }

    @Override
    public void onEvaluation(Evaluation evaluation, StopRequest stop) {
        plain.onEvaluation(evaluation, stop);
    }

    @Override
    public void onCheckpoint(CheckpointWritten checkpoint) {
        if (display == null) {
            plain.onCheckpoint(checkpoint);
        } else {
            display.above("  -> saved " + checkpoint.file());
        }
    }

    @Override
    public void onCheckpointFailure(RuntimeException failure) {
        if (display == null) {
            plain.onCheckpointFailure(failure);
        } else {
            display.above("  -> NOT saved: " + failure);
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        close();
        plain.onEnd(result);
    }

    @Override
    public void onError(Throwable error) {
        close();
    }

    private void close() {
        if (display != null) {
            display.close();
            display = null;
        }
        if (gpus != null) {
            gpus.close();
            gpus = null;
        }
    }
}
