package ai.flightmind.train.callback;

import ai.flightmind.train.metrics.CostMeter;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Prints a run's progress in the original's format: {@code step 10 | loss 6.2295 | lr 6.60e-04 | grad_norm 1.10 | 1,024
 * tok/s}, with MFU and the run's cost where they are known and the estimated remaining time behind it.
 */
public final class ConsoleProgress implements TrainingCallback {
    private final PrintStream out;
    private final long every;
    private final CostMeter cost;

    /** Prints every tenth step to standard output. */
    public ConsoleProgress() {
        this(System.out, 10);
    }

    /**
     * Prints to a stream.
     *
     * @param every print the steps that this divides, and the last; at least 1
     */
    public ConsoleProgress(PrintStream out, long every) {
        this(out, every, CostMeter.fromEnvironment());
    }

    /**
     * Prints to a stream.
     *
     * @param every print the steps that this divides, and the last; at least 1
     * @param cost what the run costs
     */
    public ConsoleProgress(PrintStream out, long every, CostMeter cost) {
        if (every < 1) {
            throw new IllegalArgumentException("every must be at least 1, not " + every);
        }
        this.out = out;
        this.every = every;
        this.cost = cost;
    }

    @Override
    public void onStart(RunStart start) {
        print(
                "FlightMind-d%d (%,d parameters) on %s, %s, attention %s%s",
                start.model().depth(),
                start.model().parameterCount(),
                start.device(),
                start.precision(),
                start.attention().name().toLowerCase(Locale.ROOT),
                start.worldSize() == 1 ? "" : ", " + start.worldSize() + " ranks");
        print(
                "%,d sequences of %,d tokens; a step is %d x %d sequences%s, %,d tokens; steps %,d to %,d",
                start.trainSequences(),
                start.sequenceLength(),
                start.gradientAccumulation(),
                start.microBatchSize(),
                start.worldSize() == 1 ? "" : " on each rank",
                start.tokensPerStep(),
                start.firstStep(),
                start.maxSteps() - 1);
        start.resumedFrom().ifPresent(file -> print("resumed from %s", file));
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        if (step.step() % every == 0 || step.last() || step.skipped()) {
            String utilisation = step.flopsUtilisation().isPresent()
                    ? String.format(
                            Locale.ROOT,
                            " | mfu %.1f %%",
                            100 * step.flopsUtilisation().getAsDouble())
                    : "";
            print(
                    "step %6d | loss %.4f | lr %.2e | grad_norm %.2f | %,.0f tok/s%s%s%s | eta %s%s",
                    step.step(),
                    step.loss(),
                    step.learningRate(),
                    step.gradientNorm(),
                    step.averageTokensPerSecond(),
                    utilisation,
                    communication(step),
                    dollars(),
                    clock(step.remaining()),
                    step.skipped() ? " | not finite: update skipped" : "");
        }
        step.validationLoss().ifPresent(loss -> print("  -> val_loss: %.4f", loss));
    }

    @Override
    public void onCheckpoint(CheckpointWritten checkpoint) {
        print("  -> saved %s", checkpoint.file());
    }

    @Override
    public void onCheckpointFailure(RuntimeException failure) {
        print("  -> NOT saved: %s", failure);
    }

    @Override
    public void onEnd(TrainingResult result) {
        String how = result.completed()
                ? "completed"
                : "stopped: " + result.stopReason().orElse("on request");
        print(
                "%s after %,d steps, %,d tokens, %s; %d updates skipped",
                how, result.steps(), result.tokens(), clock(result.elapsed()), result.skippedSteps());
    }

    private String dollars() {
        OptionalDouble dollars = cost.dollars();
        return dollars.isPresent() ? String.format(Locale.ROOT, " | $%,.2f", dollars.getAsDouble()) : "";
    }

    private static String communication(Step step) {
        double share = (double) step.communication().toNanos()
                / Math.max(1, step.duration().toNanos());
        return step.communication().isZero() ? "" : String.format(Locale.ROOT, " | comm %.1f %%", 100 * share);
    }

    private static String clock(Duration duration) {
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
    }

    private void print(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }
}
