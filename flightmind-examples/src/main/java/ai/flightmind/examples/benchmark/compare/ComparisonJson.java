package ai.flightmind.examples.benchmark.compare;

import ai.flightmind.examples.benchmark.Spread;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okio.Buffer;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A comparison as an object, with the figures of every run as they were written. */
final class ComparisonJson {
    private ComparisonJson() {}

    static String of(List<Compared> variants) {
        Buffer text = new Buffer();
        try (JsonWriter json = JsonWriter.of(text)) {
            json.setSerializeNulls(true);
            json.beginObject().name("variants").beginArray();
            for (Compared each : variants) {
                json.beginObject();
                for (Map.Entry<String, @Nullable Object> fact :
                        facts(each, variants.get(0)).entrySet()) {
                    json.name(fact.getKey()).jsonValue(fact.getValue());
                }
                json.name("rounds").beginArray();
                for (Round round : each.rounds()) {
                    write(round, json);
                }
                json.endArray().endObject();
            }
            json.endArray().endObject();
        } catch (IOException e) {
            throw new UncheckedIOException("A comparison could not be written down: " + e.getMessage(), e);
        }
        return text.readUtf8();
    }

    private static Map<String, @Nullable Object> facts(Compared compared, Compared first) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("name", compared.variant().name());
        all.put("flags", compared.variant().flags());
        all.put("environment", compared.variant().environment());
        all.put("jvm_options", compared.variant().jvmOptions());
        all.put("tokens_per_second", spread(compared.step()));
        all.put("ratio", compared.ratioTo(first).orElse(null));
        all.put("overall_tokens_per_second", spread(compared.overall()));
        all.put("overall_ratio", compared.overallRatioTo(first).orElse(null));
        return all;
    }

    private static @Nullable Object spread(Optional<Spread> tokens) {
        return tokens.map(spread -> Map.of("min", spread.min(), "median", spread.median(), "max", spread.max()))
                .orElse(null);
    }

    private static void write(Round round, JsonWriter json) throws IOException {
        if (round instanceof Round.Measured measured) {
            try (BufferedSink raw = json.valueSink()) {
                raw.writeUtf8(measured.json().strip());
            }
        } else {
            json.jsonValue(Map.of("status", ((Round.Failed) round).status()));
        }
    }
}
