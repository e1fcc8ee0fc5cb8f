package ai.flightmind.examples.aviation;

import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import okio.Buffer;

/**
 * Conversations to fine-tune on, composed from a seed, each a line of JSON: {@code {"messages": [{"role": "user",
 * "content": "…"}, …]}}. Immutable; each stream begins anew.
 */
public final class ChatCorpus {
    private static final List<String> PHRASES =
            List.of("WHAT DOES %s MEAN?", "WHAT IS %s?", "%s?", "EXPLAIN %s.", "%s IN WORDS?", "SAY AGAIN %s.");
    private static final Map<String, String> CODES = codes();

    private final long seed;

    private ChatCorpus(long seed) {
        this.seed = seed;
    }

    /** The corpus of {@code seed}. */
    public static ChatCorpus of(long seed) {
        return new ChatCorpus(seed);
    }

    /** Groups of a weather report, and what they mean. */
    private static Map<String, String> codes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("FEW", "1 TO 2 EIGHTHS");
        codes.put("SCT", "3 TO 4 EIGHTHS");
        codes.put("BKN", "5 TO 7 EIGHTHS");
        codes.put("OVC", "OVERCAST");
        codes.put("RA", "RAIN");
        codes.put("SN", "SNOW");
        codes.put("DZ", "DRIZZLE");
        codes.put("FG", "FOG");
        codes.put("BR", "MIST");
        codes.put("HZ", "HAZE");
        codes.put("VRB", "VARIABLE WIND");
        codes.put("NOSIG", "NO SIGNIFICANT CHANGE");
        return codes;
    }

    /** {@code count} first calls of an aircraft, and what the unit on the ground answers. */
    public Stream<String> calls(int count) {
        return AviationCorpus.of(seed)
                .exchanges(Integer.MAX_VALUE)
                .map(exchange -> exchange.split("\n"))
                .filter(lines -> lines.length > 1 && !lines[0].startsWith("ATIS"))
                .limit(count)
                .map(lines -> json(List.of(said(lines[0]), said(lines[1]))));
    }

    /** Without who speaks. */
    private static String said(String line) {
        return line.substring(line.indexOf(": ") + 2);
    }

    /** {@code count} conversations in which one or two codes of a weather report are explained. */
    public Stream<String> questions(int count) {
        Dice dice = new Dice(seed);
        List<String> codes = List.copyOf(CODES.keySet());
        return Stream.generate(() -> {
                    List<String> messages = new ArrayList<>();
                    for (int turns = dice.between(1, 2); turns > 0; turns--) {
                        String code = dice.pick(codes);
                        messages.add(String.format(dice.pick(PHRASES), code));
                        messages.add(CODES.getOrDefault(code, ""));
                    }
                    return json(messages);
                })
                .limit(count);
    }

    /** The user and the assistant take turns. */
    private static String json(List<String> messages) {
        Buffer line = new Buffer();
        try (JsonWriter json = JsonWriter.of(line)) {
            json.beginObject().name("messages").beginArray();
            for (int i = 0; i < messages.size(); i++) {
                json.beginObject();
                json.name("role").value(i % 2 == 0 ? "user" : "assistant");
                json.name("content").value(messages.get(i));
                json.endObject();
            }
            json.endArray().endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a buffer never throws it
        }
        return line.readUtf8();
    }
}
