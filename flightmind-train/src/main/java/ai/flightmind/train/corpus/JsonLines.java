package ai.flightmind.train.corpus;

import ai.flightmind.train.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;

/** A file of small JSON objects, one a line, UTF-8. Blank lines are passed over. */
public final class JsonLines {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String READERS_ADVICE = "Use JsonReader.setLenient(true) to accept malformed JSON";

    private JsonLines() {}

    /** Takes the object of a line. */
    @FunctionalInterface
    public interface Consumer {
        /**
         * Reads the object to its end.
         *
         * @param number of the line, from 1
         * @throws JsonDataException that says what it lacks
         */
        void accept(JsonReader json, long number) throws IOException;
    }

    /**
     * Reads all lines.
     *
     * @param form what a line should be, for whoever has to mend it: "A line is {…}."
     * @throws DataException that names the file and line of what is no such object
     */
    public static void read(Path file, String form, Consumer consumer) {
        try (BufferedSource source = Okio.buffer(Okio.source(file))) {
            for (long number = 1; !source.exhausted(); number++) {
                String line = line(source, file, number);
                if (!line.isBlank()) {
                    accept(file, form, number, line, consumer);
                }
            }
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e, e);
        }
    }

    private static String line(BufferedSource source, Path file, long number) throws IOException {
        long end = source.indexOf((byte) '\n');
        byte[] bytes = end < 0 ? source.readByteArray() : source.readByteArray(end + 1);
        try {
            String line = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
        } catch (CharacterCodingException e) {
            throw new DataException(file + ":" + number + ": not UTF-8. Convert the file.", e);
        }
    }

    private static void accept(Path file, String form, long number, String line, Consumer consumer) {
        try (JsonReader json = JsonReader.of(new Buffer().writeUtf8(line))) {
            consumer.accept(json, number);
            JsonReader.Token ignored = json.peek(); // throws if more than spaces stand after the object
        } catch (IOException | JsonDataException e) {
            String problem = String.valueOf(e.getMessage()).replace(READERS_ADVICE, "malformed JSON");
            throw new DataException(file + ":" + number + ": " + problem + ". " + form, e);
        }
    }

    /**
     * The text that comes next; a reader would take a number for one, too.
     *
     * @throws JsonDataException if it is something else
     */
    public static String text(JsonReader json) throws IOException {
        if (json.peek() != JsonReader.Token.STRING) {
            throw new JsonDataException("a " + json.peek() + " where a text should be, at " + json.getPath());
        }
        return json.nextString();
    }
}
