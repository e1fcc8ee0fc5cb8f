package ai.flightmind.examples;

import com.squareup.moshi.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import okio.Buffer;

/**
 * Small corpora by bytes: each byte is a token, and byte 0 stands between documents. Writes what the trainer reads.
 */
public final class ByteDataset {
    /** A token for each byte. */
    public static final int VOCAB_SIZE = 256;

    /** Stands behind each document. */
    public static final int END_OF_TEXT = 0;

    private static final double HELD_OUT = 0.05;

    private ByteDataset() {}

    /** All documents as one text, each ended by byte 0. */
    public static byte[] join(Stream<String> documents) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        documents.forEach(document -> {
            text.writeBytes(document.getBytes(StandardCharsets.US_ASCII));
            text.write(END_OF_TEXT);
        });
        return text.toByteArray();
    }

    /** Cuts a text into sequences, shuffles them, and writes {@code train.bin}, {@code val.bin}, {@code meta.json}. */
    public static void write(Path directory, byte[] text, int sequenceLength, long seed) throws IOException {
        List<byte[]> sequences = new ArrayList<>();
        for (int from = 0; from + sequenceLength <= text.length; from += sequenceLength) {
            sequences.add(Arrays.copyOfRange(text, from, from + sequenceLength));
        }
        Collections.shuffle(sequences, new Random(seed));
        int heldOut = Math.max(1, (int) (sequences.size() * HELD_OUT));
        List<byte[]> validation = sequences.subList(0, heldOut);
        List<byte[]> train = sequences.subList(heldOut, sequences.size());
        Files.createDirectories(directory);
        Files.write(directory.resolve("train.bin"), tokens(train, sequenceLength));
        Files.write(directory.resolve("val.bin"), tokens(validation, sequenceLength));
        Buffer meta = new Buffer();
        try (JsonWriter json = JsonWriter.of(meta)) {
            json.beginObject();
            json.name("seq_len").value(sequenceLength);
            json.name("vocab_size").value(VOCAB_SIZE);
            json.name("eot_id").value(END_OF_TEXT);
            json.name("n_train_sequences").value(train.size());
            json.name("n_val_sequences").value(validation.size());
            json.name("n_train_tokens").value((long) train.size() * sequenceLength);
            json.name("n_val_tokens").value((long) validation.size() * sequenceLength);
            json.name("dtype").value("uint16");
            json.endObject();
        }
        Files.writeString(directory.resolve("meta.json"), meta.readUtf8());
    }

    private static byte[] tokens(List<byte[]> sequences, int sequenceLength) {
        ByteBuffer tokens = ByteBuffer.allocate(Math.multiplyExact(sequences.size(), 2 * sequenceLength))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] sequence : sequences) {
            for (byte each : sequence) {
                tokens.putShort((short) (each & 0xFF));
            }
        }
        return tokens.array();
    }
}
