package ai.flightmind.train.prepare;

import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.data.KeyedPermutation;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** What a corpus is packed to, all of it in memory and one after the other. */
final class NaivePacking {
    private final byte[][] rows;
    private final int heldOut;

    private NaivePacking(byte[][] rows, int heldOut) {
        this.rows = rows;
        this.heldOut = heldOut;
    }

    static NaivePacking of(List<String> documents, Tokenizer tokenizer, int sequenceLength, Seed seed) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (String document : documents) {
            for (int id : tokenizer.encode(document)) {
                write(stream, id);
            }
            write(stream, tokenizer.endOfText().orElseThrow());
        }
        byte[] tokens = stream.toByteArray();
        int rowBytes = 2 * sequenceLength;
        byte[][] rows = new byte[tokens.length / rowBytes][];
        KeyedPermutation order = new KeyedPermutation(rows.length, seed.value());
        for (int row = 0; row < rows.length; row++) {
            rows[(int) order.apply(row)] = Arrays.copyOfRange(tokens, row * rowBytes, (row + 1) * rowBytes);
        }
        return new NaivePacking(rows, Math.max(1, rows.length / 100));
    }

    private static void write(ByteArrayOutputStream out, int id) {
        out.write(id);
        out.write(id >>> 8);
    }

    byte[] validation() {
        return joined(0, heldOut);
    }

    byte[] train() {
        return joined(heldOut, rows.length);
    }

    private byte[] joined(int from, int to) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int row = from; row < to; row++) {
            joined.writeBytes(rows[row]);
        }
        return joined.toByteArray();
    }
}
