package ai.flightmind.train.callback;

import ai.flightmind.train.metrics.CostMeter;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON line per step: {@code step}, {@code time} in seconds since 1970, {@code loss}, {@code lr}, {@code
 * grad_norm}, {@code tokens_per_second}, {@code tokens}, {@code val_loss} where it was evaluated, {@code comm_ms} where
 * there are several ranks, {@code data_share}, the part of the step's time spent waiting for data, and {@code sources},
 * rows read since step 0 by source, where a mixture is trained on, {@code mfu} and {@code dollars} where they are known, in full precision; a number that is not
 * finite is {@code null}. Read them with {@link ai.flightmind.train.metrics.RunMetrics}. A line is on its way to disk before the step's checkpoint is; after a resume the
 * lines of steps that will be done again are taken out, so that each step stands there once.
 */
public final class MetricsFile implements TrainingCallback, AutoCloseable {
    private final Path file;
    private final CostMeter cost;
    private final InstantSource clock;
    private @Nullable BufferedWriter out;

    /** With what the run costs, where {@link CostMeter#continuing} knows it. */
    public MetricsFile(Path file) {
        this(file, CostMeter.continuing(file));
    }

    /** With what the run costs. */
    public MetricsFile(Path file, CostMeter cost) {
        this(file, cost, InstantSource.system());
    }

    MetricsFile(Path file, CostMeter cost, InstantSource clock) {
        this.file = file;
        this.cost = cost;
        this.clock = clock;
    }

    @Override
    public void onStart(RunStart start) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            if (Files.exists(file)) {
                keepBefore(start.firstStep());
            }
            // Not by a channel, which an interrupt of the training thread, a request to stop, would close.
            boolean append = true;
            out = new BufferedWriter(new FileWriter(file.toFile(), StandardCharsets.UTF_8, append));
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private UncheckedIOException notWritten(IOException e) {
        return new UncheckedIOException("Metrics cannot be written to " + file + ": " + e.getMessage(), e);
    }

    private void keepBefore(long firstStep) throws IOException {
        Path kept = file.resolveSibling(file.getFileName() + ".tmp");
        try (BufferedReader lines = Files.newBufferedReader(file);
                BufferedWriter rewritten = Files.newBufferedWriter(kept)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                OptionalLong step = stepOf(line);
                if (step.isPresent() && step.getAsLong() < firstStep) {
                    rewritten.write(line);
                    rewritten.newLine();
                }
            }
        }
        Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Empty for a line that a killed process left unfinished. */
    private static OptionalLong stepOf(String line) {
        try (JsonReader reader = JsonReader.of(new Buffer().writeUtf8(line))) {
            OptionalLong step = OptionalLong.empty();
            reader.beginObject();
            while (reader.hasNext()) {
                if (reader.nextName().equals("step")) {
                    step = OptionalLong.of(reader.nextLong());
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
            return step;
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        BufferedWriter writer = out;
        if (writer == null) {
            throw new IllegalStateException("A step before the start of the run");
        }
        try {
            writer.write(line(step));
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private String line(Step step) throws IOException {
        Buffer buffer = new Buffer();
        try (JsonWriter json = JsonWriter.of(buffer)) {
            json.setSerializeNulls(true);
            json.beginObject();
            json.name("step").value(step.step());
            json.name("time").value(clock.millis() / 1e3);
            number(json, "loss", step.loss());
            number(json, "lr", step.learningRate());
            number(json, "grad_norm", step.gradientNorm());
            number(json, "tokens_per_second", step.tokensPerSecond());
            json.name("tokens").value(step.tokens());
            if (!step.communication().isZero()) {
                number(json, "comm_ms", step.communication().toNanos() / 1e6);
            }
            if (!step.sourceRows().isEmpty()) {
                number(json, "data_share", step.dataShare());
                json.name("sources").beginObject();
                for (Map.Entry<String, Long> source : step.sourceRows().entrySet()) {
                    json.name(source.getKey()).value(source.getValue());
                }
                json.endObject();
            }
            if (step.validationLoss().isPresent()) {
                number(json, "val_loss", step.validationLoss().getAsDouble());
            }
            if (step.flopsUtilisation().isPresent()) {
                number(json, "mfu", step.flopsUtilisation().getAsDouble());
            }
            OptionalDouble dollars = cost.dollars();
            if (dollars.isPresent()) {
                number(json, "dollars", dollars.getAsDouble());
            }
            json.endObject();
        }
        return buffer.readUtf8();
    }

    private static void number(JsonWriter json, String name, double value) throws IOException {
        json.name(name);
        if (Double.isFinite(value)) {
            json.value(value);
        } else {
            json.nullValue();
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        close();
    }

    @Override
    public void onError(Throwable error) {
        close();
    }

    @Override
    public void close() {
        BufferedWriter writer = out;
        if (writer != null) {
            out = null;
            try {
                writer.close();
            } catch (IOException e) {
                throw notWritten(e);
            }
        }
    }
}
