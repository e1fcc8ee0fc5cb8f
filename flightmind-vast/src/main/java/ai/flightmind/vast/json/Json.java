package ai.flightmind.vast.json;

import ai.flightmind.vast.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Java values: {@code Map<String, Object>} in the order of the text, {@code List<Object>}, {@code String},
 * {@code Boolean}, null, {@code Long} for a whole number that fits, else {@code Double}.
 */
public final class Json {
    private Json() {}

    /**
     * Reads one JSON value.
     *
     * @throws DataException if the text is anything else
     */
    public static @Nullable Object read(String text) {
        JsonReader reader = JsonReader.of(new Buffer().writeUtf8(text));
        try {
            Object value = value(reader);
            if (reader.peek() != JsonReader.Token.END_DOCUMENT) {
                throw new DataException("The answer goes on after its end.", reader.getPath(), null);
            }
            return value;
        } catch (IOException | JsonDataException e) {
            throw new DataException("The answer is not JSON at " + reader.getPath() + ".", reader.getPath(), e);
        }
    }

    /**
     * The text of a value as {@link #read} gives them; nulls are written.
     *
     * @throws IllegalArgumentException if it holds something that JSON cannot say
     */
    public static String write(@Nullable Object value) {
        Buffer buffer = new Buffer();
        JsonWriter writer = JsonWriter.of(buffer);
        writer.setSerializeNulls(true);
        try {
            write(writer, value);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot be written as JSON: " + e.getMessage(), e);
        }
        return buffer.readUtf8();
    }

    private static @Nullable Object value(JsonReader reader) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                reader.beginObject();
                while (reader.hasNext()) {
                    map.put(reader.nextName(), value(reader));
                }
                reader.endObject();
                yield map;
            }
            case BEGIN_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNext()) {
                    list.add(value(reader));
                }
                reader.endArray();
                yield list;
            }
            case STRING -> reader.nextString();
            case NUMBER -> number(reader);
            case BOOLEAN -> reader.nextBoolean();
            case NULL -> reader.nextNull();
            default -> throw new JsonDataException("Nothing to read at " + reader.getPath());
        };
    }

    private static Object number(JsonReader reader) throws IOException {
        String text = reader.nextString();
        if (text.chars().noneMatch(c -> c == '.' || c == 'e' || c == 'E')) {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException tooLong) {
                return Double.valueOf(text);
            }
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new JsonDataException("Too large a number at " + reader.getPath());
        }
        return value;
    }

    private static void write(JsonWriter writer, @Nullable Object value) throws IOException {
        if (value == null) {
            writer.nullValue();
        } else if (value instanceof Map<?, ?> map) {
            writer.beginObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                writer.name(String.valueOf(entry.getKey()));
                write(writer, entry.getValue());
            }
            writer.endObject();
        } else if (value instanceof Iterable<?> list) {
            writer.beginArray();
            for (Object item : list) {
                write(writer, item);
            }
            writer.endArray();
        } else if (value instanceof Boolean flag) {
            writer.value(flag);
        } else if (value instanceof Number number) {
            writer.value(number);
        } else if (value instanceof CharSequence text) {
            writer.value(text.toString());
        } else {
            throw new IllegalArgumentException("JSON has no " + value.getClass().getName());
        }
    }
}
