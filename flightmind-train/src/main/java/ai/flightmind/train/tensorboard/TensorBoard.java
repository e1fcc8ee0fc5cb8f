package ai.flightmind.train.tensorboard;

import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.SampleListener;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.gpu.GpuMonitor;
import ai.flightmind.train.gpu.GpuReading;
import ai.flightmind.train.metrics.CostMeter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a run's curves, texts and hyperparameters as event files: {@code tensorboard --logdir DIRECTORY} shows them, while
 * the run goes on, too.
 *
 * <p>Of each step, {@code train/loss}, {@code train/learning_rate}, {@code train/gradient_norm}, {@code
 * speed/tokens_per_second}, and, where they are known, {@code val/loss}, {@code speed/mfu}, {@code cost/dollars}, and for
 * each GPU {@code gpu0/memory_gb}, {@code gpu0/utilisation}, {@code gpu0/temperature_celsius} and {@code
 * gpu0/power_watts}. After a resume the files go on with the first step that is done again, and what they had of it and later
 * ones is taken out.
 *
 * <p>What cannot be written at the start of the run stops it. Later, a full disk is logged, and the run goes on without event
 * files: it is worth more.
 */
public final class TensorBoard implements TrainingCallback, SampleListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TensorBoard.class);
    private static final double BYTES_PER_GB = 1e9;
    private static final Map<String, String> METRICS = metrics();

    private final Path directory;
    private final long every;
    private final CostMeter cost;
    private final InstantSource clock;
    private final Events events;
    private @Nullable FileOutputStream out;
    private @Nullable GpuMonitor gpus;

    private TensorBoard(Builder builder) {
        this.directory = builder.directory;
        this.every = builder.every;
        this.cost = builder.cost == null ? CostMeter.fromEnvironment() : builder.cost;
        this.clock = builder.clock;
        this.events = new Events(clock);
    }

    /** Each step, into this directory, which is made if it is not there. One run at a time may write to it. */
    public static TensorBoard in(Path directory) {
        return builder(directory).build();
    }

    /** As {@link #in}, with what else one wants. */
    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    private static Map<String, String> metrics() {
        Map<String, String> metrics = new LinkedHashMap<>();
        metrics.put("train/loss", "loss");
        metrics.put("val/loss", "validation loss");
        metrics.put("speed/tokens_per_second", "tokens per second");
        metrics.put("cost/dollars", "dollars");
        return metrics;
    }

    @Override
    public void onStart(RunStart start) {
        try {
            Files.createDirectories(directory);
            EventFiles files = new EventFiles(directory, clock);
            files.keepBefore(start.firstStep());
            // Not by a channel, which an interrupt of the training thread, a request to stop, would close.
            FileOutputStream file = new FileOutputStream(files.next().toFile());
            out = file;
            double now = clock.millis() / 1e3;
            file.write(TfRecord.frame(events.fileVersion()));
            file.write(TfRecord.frame(events.sessionStart(start.firstStep())));
            file.write(TfRecord.frame(events.pluginData(
                    start.firstStep(),
                    Hyperparameters.EXPERIMENT_TAG,
                    Hyperparameters.PLUGIN,
                    Hyperparameters.experiment(start.hyperparameters(), METRICS, now))));
            file.write(TfRecord.frame(events.pluginData(
                    start.firstStep(),
                    Hyperparameters.START_TAG,
                    Hyperparameters.PLUGIN,
                    Hyperparameters.start(start.hyperparameters(), now))));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(
                    "Event files for TensorBoard cannot be written to " + directory + ": " + e.getMessage(), e);
        }
        gpus = GpuMonitor.open().orElse(null);
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        if (step.step() % every != 0 && !step.last() && step.validationLoss().isEmpty()) {
            return;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", step.loss());
        put(values, "val/loss", step.validationLoss());
        values.put("train/learning_rate", step.learningRate());
        values.put("train/gradient_norm", step.gradientNorm());
        values.put("speed/tokens_per_second", step.tokensPerSecond());
        put(values, "speed/mfu", step.flopsUtilisation());
        put(values, "cost/dollars", cost.dollars());
        GpuMonitor monitor = gpus;
        if (monitor != null) {
            monitor.readings().forEach(gpu -> put(values, gpu));
        }
        write(events.scalars(step.step(), values));
    }

    private static void put(Map<String, Double> values, GpuReading gpu) {
        String name = "gpu" + gpu.index();
        gpu.usedBytes().ifPresent(bytes -> values.put(name + "/memory_gb", bytes / BYTES_PER_GB));
        put(values, name + "/utilisation", gpu.utilisation());
        put(values, name + "/temperature_celsius", gpu.temperatureCelsius());
        put(values, name + "/power_watts", gpu.powerWatts());
    }

    private static void put(Map<String, Double> values, String tag, OptionalDouble value) {
        value.ifPresent(known -> values.put(tag, known));
    }

    /** Shows a text under {@code samples/}, as written by {@link ai.flightmind.train.callback.TextSamples}. */
    @Override
    public void onSample(Sample sample) {
        String tag = "samples/"
                + (sample.prompt().isBlank() ? "empty prompt" : sample.prompt().strip());
        String asCode = "    " + (sample.prompt() + sample.text()).replace("\n", "\n    ");
        write(events.text(sample.step(), tag, asCode));
    }

    private void write(byte[] event) {
        FileOutputStream file = out;
        if (file == null) {
            return;
        }
        try {
            file.write(TfRecord.frame(event));
        } catch (IOException e) {
            log.error("Training goes on without event files: writing to {} failed.", directory, e);
            close();
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        if (result.completed()) {
            double now = clock.millis() / 1e3;
            write(events.pluginData(
                    Math.max(0, result.steps() - 1),
                    Hyperparameters.END_TAG,
                    Hyperparameters.PLUGIN,
                    Hyperparameters.completed(now)));
        }
        close();
    }

    @Override
    public void onError(Throwable error) {
        close();
    }

    /** Ends the file. Done at the end of the run, too. */
    @Override
    public void close() {
        GpuMonitor monitor = gpus;
        gpus = null;
        if (monitor != null) {
            monitor.close();
        }
        FileOutputStream file = out;
        out = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                log.error("The event file in {} was not closed in order.", directory, e);
            }
        }
    }

    /** Builds a {@link TensorBoard}; nothing is required. */
    public static final class Builder {
        private final Path directory;
        private long every = 1;
        private @Nullable CostMeter cost;
        private InstantSource clock = InstantSource.system();

        private Builder(Path directory) {
            this.directory = directory;
        }

        /** Writes the steps that this divides, those with an evaluation, and the last; default 1. */
        public Builder every(long steps) {
            if (steps < 1) {
                throw new IllegalArgumentException("every must be at least 1, not " + steps);
            }
            this.every = steps;
            return this;
        }

        /** Default: {@link CostMeter#fromEnvironment}, which knows of this process only. */
        public Builder cost(CostMeter cost) {
            this.cost = cost;
            return this;
        }

        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        public TensorBoard build() {
            return new TensorBoard(this);
        }
    }
}
