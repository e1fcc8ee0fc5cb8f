package ai.flightmind.model.tokenizer;

import ai.flightmind.model.error.TokenizerException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** What a {@code tokenizer.json} says of its vocabulary, and the text that the library is to read. Immutable. */
final class TokenizerJson {
    private static final String ADDED = "added_tokens";
    private static final String CONTENT = "content";
    private static final String TYPE = "type";
    private static final String BYTE_LEVEL = "ByteLevel";
    private static final long LARGEST_ID = 1 << 24;

    private final Map<String, @Nullable Object> root;
    private final String fingerprint;
    private final Map<String, Integer> modelIds;
    private final List<AddedToken> added = new ArrayList<>();

    /** A token beside the model's own, cut out of a text before the model sees it; a special one is no text. */
    private record AddedToken(int id, String content, boolean special) {}

    private TokenizerJson(ByteString file) throws IOException {
        fingerprint = file.sha256().hex();
        root = object(value(JsonReader.of(new Buffer().write(file))));
        modelIds = modelIds(object(root.get("model")).get("vocab"));
        for (Object token : list(root.get(ADDED))) {
            Map<String, @Nullable Object> fields = object(token);
            added.add(new AddedToken(
                    id(fields.get("id")), string(fields.get(CONTENT)), Boolean.TRUE.equals(fields.get("special"))));
        }
    }

    /** @throws TokenizerException that names the file, if it is missing or something else */
    static TokenizerJson read(Path path) {
        ByteString file;
        try {
            file = ByteString.of(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new TokenizerException(
                    path + " cannot be read: " + e
                            + ". A tokenizer is a tokenizer.json, or a directory that holds one.",
                    e);
        }
        try {
            return new TokenizerJson(file);
        } catch (IOException | JsonDataException e) {
            throw new TokenizerException(path + " is not a tokenizer.json: " + e.getMessage(), e);
        }
    }

    /** By token; or, with a score for each, in the order of the ids. */
    private static Map<String, Integer> modelIds(@Nullable Object vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        if (vocabulary instanceof List<?> scored) {
            scored.forEach(token -> ids.put(string(list(token).get(0)), ids.size()));
        } else {
            object(vocabulary).forEach((token, id) -> ids.put(token, id(id)));
        }
        if (ids.isEmpty()) {
            throw new JsonDataException("its model has no vocabulary");
        }
        return ids;
    }

    String fingerprint() {
        return fingerprint;
    }

    /** One more than the largest id. */
    int vocabSize() {
        int largest = 0;
        for (int id : modelIds.values()) {
            largest = Math.max(largest, id);
        }
        for (AddedToken token : added) {
            largest = Math.max(largest, token.id());
        }
        return largest + 1;
    }

    /** By their spelling. */
    Map<String, Integer> specialTokens() {
        Map<String, Integer> ids = new LinkedHashMap<>();
        added.stream().filter(AddedToken::special).forEach(token -> ids.put(token.content(), token.id()));
        return ids;
    }

    /** The bytes of each id, where tokens are spelt in {@link ByteAlphabet}; null where they are not. */
    @Nullable
    ByteVocabulary byteVocabulary() {
        if (!(root.get("decoder") instanceof Map<?, ?> decoder) || !BYTE_LEVEL.equals(decoder.get(TYPE))) {
            return null;
        }
        byte[][] bytes = new byte[vocabSize()][];
        modelIds.forEach((token, id) -> bytes[id] = bytes(token));
        for (AddedToken token : added) {
            bytes[token.id()] = token.special() ? new byte[0] : bytes(token.content());
        }
        return new ByteVocabulary(bytes);
    }

    /** What is not spelt in the alphabet stands for itself, as for the library. */
    private static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int value = ByteAlphabet.byteOf(token.charAt(i));
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /** The file for the library, which is to cut nothing off and to fill nothing up. */
    String whole() {
        return text(list(root.get(ADDED)));
    }

    /** The same, but with no special token that a text could spell. */
    String withoutSpecialTokens() {
        List<Object> tokens = new ArrayList<>();
        for (Object each : list(root.get(ADDED))) {
            Map<String, @Nullable Object> token = new LinkedHashMap<>(object(each));
            boolean special = Boolean.TRUE.equals(token.get("special"));
            if (special && !modelIds.containsKey(string(token.get(CONTENT)))) {
                // The library numbers these by their order, so a place must stay taken: by what no text will hold.
                token.put(CONTENT, "\uFDD0" + UUID.randomUUID() + "\uFDD0");
            }
            if (!special || !modelIds.containsKey(string(token.get(CONTENT)))) {
                tokens.add(token);
            }
        }
        return text(tokens);
    }

    private String text(List<?> addedTokens) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(root);
        changed.put("truncation", null);
        changed.put("padding", null);
        changed.put(ADDED, addedTokens);
        Buffer buffer = new Buffer();
        try (JsonWriter json = JsonWriter.of(buffer)) {
            json.setSerializeNulls(true);
            json.jsonValue(changed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.readUtf8();
    }

    /** Whole numbers stay whole, unlike in {@link JsonReader#readJsonValue}: the library takes no id of 3.0. */
    private static @Nullable Object value(JsonReader json) throws IOException {
        switch (json.peek()) {
            case BEGIN_OBJECT -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                json.beginObject();
                while (json.hasNext()) {
                    fields.put(json.nextName(), value(json));
                }
                json.endObject();
                return fields;
            }
            case BEGIN_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                json.beginArray();
                while (json.hasNext()) {
                    items.add(value(json));
                }
                json.endArray();
                return items;
            }
            case NUMBER -> {
                double number = json.nextDouble();
                return number == Math.rint(number) ? (Object) (long) number : (Object) number;
            }
            default -> {
                return json.readJsonValue();
            }
        }
    }

    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> fields)) {
            throw new JsonDataException("there is no object where one should be, but " + value);
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        fields.forEach((name, field) -> named.put(String.valueOf(name), field));
        return named;
    }

    private static List<?> list(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> items) {
            return items;
        }
        throw new JsonDataException("there is no list where one should be, but " + value);
    }

    private static String string(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new JsonDataException("there is no text where one should be, but " + value);
    }

    private static int id(@Nullable Object value) {
        if (value instanceof Long id && id >= 0 && id <= LARGEST_ID) {
            return Math.toIntExact(id);
        }
        throw new JsonDataException("a token's id is " + value);
    }
}
