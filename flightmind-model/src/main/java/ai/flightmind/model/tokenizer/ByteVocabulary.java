package ai.flightmind.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What bytes of UTF-8 each id stands for: none for a special token. Immutable. */
final class ByteVocabulary {
    private final byte[] @Nullable [] bytes;

    /** Null where a number is no id. */
    ByteVocabulary(byte[] @Nullable [] bytes) {
        this.bytes = bytes;
    }

    int size() {
        return bytes.length;
    }

    String decode(int[] ids) {
        ByteArrayOutputStream utf8 = new ByteArrayOutputStream(4 * ids.length);
        for (int i = 0; i < ids.length; i++) {
            utf8.writeBytes(bytes(ids[i], i));
        }
        return utf8.toString(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException that names the id and its position, if it is none */
    byte[] bytes(int id, long position) {
        byte[] found = id < 0 || id >= bytes.length ? null : bytes[id];
        if (found == null) {
            throw unknown(id, position, bytes.length);
        }
        return found;
    }

    static IllegalArgumentException unknown(int id, long position, int vocabSize) {
        return new IllegalArgumentException("Token " + id + " at position " + position
                + " is not of this vocabulary, whose ids are below " + vocabSize
                + ". Was it made with another tokenizer?");
    }
}
