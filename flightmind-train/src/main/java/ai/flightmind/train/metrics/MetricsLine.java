package ai.flightmind.train.metrics;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonEncodingException;
import com.squareup.moshi.JsonReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** Reads lines, one after another. */
final class MetricsLine {
    private static final JsonReader.Options NAMES = JsonReader.Options.of(
            "step", "time", "loss", "val_loss", "lr", "grad_norm", "tokens_per_second", "tokens", "mfu", "dollars");
    private static final int STEP = 0;
    private static final int NUMBERS = NAMES.strings().size();

    private final Buffer buffer = new Buffer();
    private final double[] numbers = new double[NUMBERS];

    /** Null for what is no such line, as one that was not written to its end. */
    @Nullable
    StepMetrics parse(String line) {
        buffer.clear();
        buffer.writeUtf8(line);
        Arrays.fill(numbers, Double.NaN);
        Map<String, Double> others = Map.of();
        JsonReader json = JsonReader.of(buffer);
        try {
            json.beginObject();
            while (json.hasNext()) {
                int known = json.selectName(NAMES);
                if (known >= 0) {
                    numbers[known] = number(json);
                } else {
                    others = others.isEmpty() ? new HashMap<>() : others;
                    collect(json.nextName(), json, others);
                }
            }
            json.endObject();
            boolean whole = json.peek() == JsonReader.Token.END_DOCUMENT && numbers[STEP] >= 0;
            return whole ? metrics(others) : null;
        } catch (EOFException | JsonDataException | JsonEncodingException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double number(JsonReader json) throws IOException {
        if (json.peek() == JsonReader.Token.NULL) {
            json.nextNull();
            return Double.NaN;
        }
        return json.nextDouble();
    }

    private static void collect(String name, JsonReader json, Map<String, Double> others) throws IOException {
        switch (json.peek()) {
            case NUMBER -> others.put(name, json.nextDouble());
            case BEGIN_OBJECT -> {
                json.beginObject();
                while (json.hasNext()) {
                    collect(name + "." + json.nextName(), json, others);
                }
                json.endObject();
            }
            case BEGIN_ARRAY -> {
                json.beginArray();
                for (int i = 0; json.hasNext(); i++) {
                    collect(name + "." + i, json, others);
                }
                json.endArray();
            }
            default -> json.skipValue();
        }
    }

    private StepMetrics metrics(Map<String, Double> others) {
        return new StepMetrics(
                (long) numbers[STEP],
                Double.isNaN(numbers[1])
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(Math.round(1_000 * numbers[1]))),
                optional(2),
                optional(3),
                optional(4),
                optional(5),
                optional(6),
                Double.isNaN(numbers[7]) ? OptionalLong.empty() : OptionalLong.of((long) numbers[7]),
                optional(8),
                optional(9),
                others);
    }

    private OptionalDouble optional(int index) {
        return Double.isNaN(numbers[index]) ? OptionalDouble.empty() : OptionalDouble.of(numbers[index]);
    }
}
