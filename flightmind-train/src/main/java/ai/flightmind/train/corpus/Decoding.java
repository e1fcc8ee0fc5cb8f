package ai.flightmind.train.corpus;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** Text out of bytes, strictly. */
public final class Decoding {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Decoding() {}

    /**
     * Decodes UTF-8; the mark that some programs put at the beginning of a file is left out.
     *
     * @param offset where the bytes stand in their file
     */
    public static String utf8(byte[] bytes, long offset) throws BadDocumentException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        if (result.isError()) {
            throw new BadDocumentException(
                    String.format("byte 0x%02X is not UTF-8", bytes[in.position()] & 0xFF), in.position());
        }
        out.flip();
        boolean marked = offset == 0 && out.hasRemaining() && out.get(0) == BYTE_ORDER_MARK;
        return marked ? out.position(1).toString() : out.toString();
    }

    /**
     * The text of a line of JSON.
     *
     * @param offset where the line begins in its file
     * @return null for a blank line
     */
    public static @Nullable String json(byte[] line, long offset, String field) throws BadDocumentException {
        String json = utf8(line, offset);
        if (json.isBlank()) {
            return null;
        }
        String text = null;
        JsonReader reader = JsonReader.of(new Buffer().writeUtf8(json));
        try {
            reader.beginObject();
            while (reader.hasNext()) {
                if (!reader.nextName().equals(field)) {
                    reader.skipValue();
                } else if (reader.peek() == JsonReader.Token.STRING) {
                    text = reader.nextString();
                } else {
                    throw new BadDocumentException("\"" + field + "\" is not a string", 0);
                }
            }
            reader.endObject();
            if (reader.peek() != JsonReader.Token.END_DOCUMENT) {
                throw new JsonDataException("there is more behind it");
            }
        } catch (IOException | JsonDataException e) {
            throw new BadDocumentException("not a JSON object (trouble at " + reader.getPath() + ")", 0);
        }
        if (text == null) {
            throw new BadDocumentException("there is no \"" + field + "\"", 0);
        }
        int half = loneSurrogate(text);
        if (half >= 0) {
            throw new BadDocumentException(
                    String.format("\"%s\" has half a surrogate pair, \\u%04x", field, (int) text.charAt(half)), 0);
        }
        return text;
    }

    private static int loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
