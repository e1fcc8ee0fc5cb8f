package ai.flightmind.model.huggingface;

import ai.flightmind.model.error.HuggingFaceException;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.Moshi;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The small JSON files of a model's directory: objects as maps, numbers as doubles where they are read. */
final class Json {
    private static final JsonAdapter<Object> ADAPTER =
            new Moshi.Builder().build().adapter(Object.class).serializeNulls().indent("  ");

    private Json() {}

    static Map<?, ?> read(Path file) {
        try {
            Object value = ADAPTER.fromJson(Files.readString(file));
            if (value instanceof Map<?, ?> map) {
                return map;
            }
            throw new HuggingFaceException(file + " is not a JSON object.");
        } catch (JsonDataException | EOFException | com.squareup.moshi.JsonEncodingException e) {
            throw new HuggingFaceException(file + " is not JSON: " + e.getMessage() + ". Copy it again.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    static String text(Map<String, ?> object) {
        return ADAPTER.toJson(object) + "\n";
    }
}
