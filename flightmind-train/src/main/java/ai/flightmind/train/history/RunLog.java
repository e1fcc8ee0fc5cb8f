package ai.flightmind.train.history;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.SampleListener;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.metrics.CostMeter;
import com.squareup.moshi.JsonWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalDouble;
import okio.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run's log, {@code run.jsonl}: a JSON line for each {@link RunRecord}. It is only ever added to; over resumes it
 * grows, so that it tells of all processes of the run. A line is in the file once it has happened. What cannot be written at the
 * start stops the run; later it is logged, and the run goes on.
 */
public final class RunLog implements TrainingCallback, SampleListener {
    private static final Logger log = LoggerFactory.getLogger(RunLog.class);

    private final Path file;
    private final CostMeter cost;
    private final InstantSource clock;
    private long lastStep = -1;
    private boolean started;

    /** With the cost of {@link CostMeter#fromEnvironment}. */
    public RunLog(Path file) {
        this(file, CostMeter.fromEnvironment());
    }

    /** With what the run costs. */
    public RunLog(Path file, CostMeter cost) {
        this(file, cost, InstantSource.system());
    }

    RunLog(Path file, CostMeter cost, InstantSource clock) {
        this.file = file;
        this.cost = cost;
        this.clock = clock;
    }

    private interface Fields {
        void write(JsonWriter json) throws IOException;
    }

    @Override
    public void onStart(RunStart start) {
        started = true;
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            append(line("start", json -> {
                json.name("first_step").value(start.firstStep());
                json.name("max_steps").value(start.maxSteps());
                if (start.resumedFrom().isPresent()) {
                    json.name("resumed_from").value(start.resumedFrom().get().toString());
                }
                map(json, "hyperparameters", start.hyperparameters());
                map(json, "environment", Environment.describe(start));
                if (cost.price().isPresent()) {
                    json.name("dollars_per_hour").value(cost.price().get().dollars());
                }
            }));
        } catch (IOException e) {
            throw new UncheckedIOException("The run's log cannot be written to " + file + ": " + e.getMessage(), e);
        }
        lastStep = start.firstStep() - 1;
    }

    private static void map(JsonWriter json, String name, Map<String, String> values) throws IOException {
        json.name(name).beginObject();
        for (Map.Entry<String, String> entry : values.entrySet()) {
            json.name(entry.getKey()).value(entry.getValue());
        }
        json.endObject();
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        lastStep = step.step();
        if (step.skipped()) {
            add("skipped", json -> json.name("step").value(step.step()));
        }
    }

    @Override
    public void onCheckpoint(CheckpointWritten checkpoint) {
        add("checkpoint", json -> {
            json.name("step").value(checkpoint.step());
            json.name("file").value(String.valueOf(checkpoint.file().getFileName()));
            json.name("bytes").value(checkpoint.bytes());
            json.name("seconds").value(checkpoint.duration().toNanos() / 1e9);
        });
    }

    @Override
    public void onCheckpointFailure(RuntimeException failure) {
        add("checkpoint_failed", json -> {
            json.name("step").value(lastStep);
            json.name("message").value(String.valueOf(failure.getMessage()));
        });
    }

    /** Keeps a text, as written by {@link ai.flightmind.train.callback.TextSamples}. */
    @Override
    public void onSample(Sample sample) {
        add("sample", json -> {
            json.name("step").value(sample.step());
            json.name("prompt").value(sample.prompt());
            json.name("text").value(sample.text());
        });
    }

    @Override
    public void onEnd(TrainingResult result) {
        add("end", json -> {
            json.name("steps").value(result.steps());
            json.name("tokens").value(result.tokens());
            if (!result.completed()) {
                json.name("stop_reason").value(result.stopReason().orElse("on request"));
            }
            OptionalDouble dollars = cost.dollars();
            if (dollars.isPresent()) {
                json.name("dollars").value(dollars.getAsDouble());
            }
        });
    }

    @Override
    public void onError(Throwable error) {
        if (!started) {
            return; // a run that was refused leaves everything as it was
        }
        add("error", json -> {
            json.name("step").value(lastStep);
            json.name("message").value(error.toString());
        });
    }

    private void add(String event, Fields fields) {
        try {
            append(line(event, fields));
        } catch (IOException e) {
            log.error("The run's log {} lacks a line: {}", file, event, e);
        }
    }

    private String line(String event, Fields fields) throws IOException {
        Buffer buffer = new Buffer();
        try (JsonWriter json = JsonWriter.of(buffer)) {
            json.beginObject();
            json.name("event").value(event);
            json.name("time").value(clock.millis() / 1e3);
            fields.write(json);
            json.endObject();
        }
        return buffer.readUtf8() + "\n";
    }

    /** Not by a channel, which an interrupt of the training thread, a request to stop, would close. */
    private void append(String line) throws IOException {
        boolean behindAPart = Files.exists(file) && Files.size(file) > 0 && !endsWithLine();
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(((behindAPart ? "\n" : "") + line).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A process that was killed may have left a part of one. */
    private boolean endsWithLine() throws IOException {
        try (RandomAccessFile tail = new RandomAccessFile(file.toFile(), "r")) {
            tail.seek(tail.length() - 1);
            return tail.read() == '\n';
        }
    }
}
