package ai.flightmind.train.progress;

import ai.flightmind.train.callback.Step;
import ai.flightmind.train.gpu.GpuReading;
import ai.flightmind.train.metrics.CostMeter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.Pointer;

/** The line of a run: what it says after a step, so many nanoseconds later. */
record TrainingLine(
        Step step,
        double smoothedLoss,
        OptionalDouble validationLoss,
        CostMeter cost,
        List<GpuReading> gpus,
        long toldAtNanos) {
    private static final double BYTES_PER_GB = 1e9;

    String at(long nowNanos, int columns) {
        Duration since = Duration.ofNanos(nowNanos - toldAtNanos);
        long done = step.step() + 1;
        Columns line = new Columns()
                .add(0, "step %,d/%,d", done, step.maxSteps())
                .add(5, "%.1f %%", 100.0 * done / step.maxSteps())
                .add(1, "loss %.4f", smoothedLoss);
        validationLoss.ifPresent(loss -> line.add(6, "val %.4f", loss));
        line.add(9, "lr %.2e", step.learningRate()).add(3, "%,.0f tok/s", step.averageTokensPerSecond());
        step.flopsUtilisation().ifPresent(mfu -> line.add(7, "mfu %.1f %%", 100 * mfu));
        line.add(8, "mem %s", memory());
        cost.dollars().ifPresent(dollars -> line.add(4, "$%,.2f", dollars));
        return line.add(2, "%s left", Columns.clock(step.remaining().minus(since)))
                .fit(columns);
    }

    /** Of the fullest GPU, since that one ends the run; without one, what the process holds. */
    private String memory() {
        Optional<GpuReading> fullest = gpus.stream()
                .filter(gpu -> gpu.usedBytes().isPresent() && gpu.totalBytes().isPresent())
                .max(Comparator.comparingDouble(gpu -> (double) gpu.usedBytes().getAsLong()
                        / Math.max(1, gpu.totalBytes().getAsLong())));
        return fullest.map(gpu -> String.format(
                        Locale.ROOT,
                        "%.1f/%.1f GB",
                        gpu.usedBytes().getAsLong() / BYTES_PER_GB,
                        gpu.totalBytes().getAsLong() / BYTES_PER_GB))
                .orElseGet(() -> Columns.bytes(Pointer.physicalBytes()));
    }
}
