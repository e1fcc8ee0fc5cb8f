package ai.flightmind.train.history;

import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** Reads a line of {@code run.jsonl}. */
final class RecordLine {
    private final Map<?, ?> fields;

    private RecordLine(Map<?, ?> fields) {
        this.fields = fields;
    }

    /** Empty for what is no line of ours, as one that was not written to its end. */
    static Optional<RunRecord> parse(String line) {
        try (JsonReader json = JsonReader.of(new Buffer().writeUtf8(line))) {
            return json.readJsonValue() instanceof Map<?, ?> fields
                    ? new RecordLine(fields).toRecord()
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private Optional<RunRecord> toRecord() {
        Instant time = Instant.ofEpochMilli(Math.round(1_000 * number("time")));
        return Optional.ofNullable(
                switch (text("event")) {
                    case "start" ->
                        new RunRecord.Started(
                                time,
                                whole("first_step"),
                                whole("max_steps"),
                                optionalText("resumed_from"),
                                texts("hyperparameters"),
                                texts("environment"),
                                optionalNumber("dollars_per_hour"));
                    case "checkpoint" ->
                        new RunRecord.Saved(
                                time,
                                whole("step"),
                                text("file"),
                                whole("bytes"),
                                Duration.ofNanos(Math.round(1e9 * number("seconds"))));
                    case "checkpoint_failed" -> new RunRecord.NotSaved(time, whole("step"), text("message"));
                    case "skipped" -> new RunRecord.Skipped(time, whole("step"));
                    case "sample" -> new RunRecord.Wrote(time, whole("step"), text("prompt"), text("text"));
                    case "end" ->
                        new RunRecord.Ended(
                                time,
                                whole("steps"),
                                whole("tokens"),
                                optionalText("stop_reason"),
                                optionalNumber("dollars"));
                    case "error" -> new RunRecord.Failed(time, whole("step"), text("message"));
                    default -> null;
                });
    }

    private double number(String name) {
        return optionalNumber(name).orElseThrow();
    }

    private long whole(String name) {
        return (long) number(name);
    }

    private OptionalDouble optionalNumber(String name) {
        return fields.get(name) instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }

    private String text(String name) {
        return optionalText(name).orElseThrow();
    }

    private Optional<String> optionalText(String name) {
        @Nullable Object value = fields.get(name);
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (fields.get(name) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        }
        return texts;
    }
}
