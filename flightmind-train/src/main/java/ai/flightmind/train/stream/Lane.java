package ai.flightmind.train.stream;

import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.data.KeyedPermutation;
import ai.flightmind.train.document.DocumentCursor;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.error.DataException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the sequences of documents that a stream is dealt out to: every so manieth part of the documents, in an order of
 * each epoch's own, tokenized, joined by the end mark and cut into rows. A pure function of its beginning. Not thread-safe.
 */
final class Lane {
    /** How many numbers its position is. */
    static final int NUMBERS = 3;

    private final Documents documents;
    private final Tokenizer tokenizer;
    private final int endOfText;
    private final int number;
    private final int lanes;
    private final Seed seed;

    private long turn; // which of its parts, endlessly
    private long document; // of the part, that the next token is of
    private int used; // of its tokens
    private int[] tokens = {}; // of it, without the end mark
    private boolean isOpen; // whether it has been read
    private @Nullable DocumentCursor cursor;

    /** @param position as {@link #position} gives it */
    Lane(
            Documents documents,
            Tokenizer tokenizer,
            int endOfText,
            int number,
            int lanes,
            Seed seed,
            List<Long> position) {
        this.documents = documents;
        this.tokenizer = tokenizer;
        this.endOfText = endOfText;
        this.number = number;
        this.lanes = lanes;
        this.seed = seed;
        this.turn = position.get(0);
        this.document = position.get(1);
        this.used = Math.toIntExact(position.get(2));
    }

    /** Where the next row begins: part, document and token. */
    List<Long> position() {
        return List.of(turn, document, (long) used);
    }

    /** The next row. */
    int[] next(int rowLength) {
        int[] row = new int[rowLength];
        int filled = 0;
        while (filled < rowLength) {
            read();
            int count = Math.min(rowLength - filled, tokens.length - used);
            System.arraycopy(tokens, used, row, filled, count);
            filled += count;
            used += count;
            if (filled < rowLength) {
                row[filled++] = endOfText;
                leave();
            }
        }
        return row;
    }

    private void leave() {
        document = cursor == null ? document : cursor.position();
        used = 0;
        isOpen = false;
    }

    /** Makes sure that the document of the next token is there. */
    private void read() {
        int passed = 0;
        while (!isOpen) {
            if (cursor == null) {
                cursor = documents.open(part(), document);
            }
            String text = cursor.next();
            if (text != null) {
                tokens = tokenizer.encode(text);
                isOpen = true;
            } else if (passed++ > documents.partCount()) {
                throw new DataException("There is not one document in the " + documents.fileCount() + " files of "
                        + "the stream's lane " + number + ".");
            } else {
                turn++;
                document = 0;
                cursor = null;
            }
        }
    }

    private int part() {
        long parts = documents.partCount();
        long place = turn * lanes + number;
        return (int) new KeyedPermutation(parts, seed.value() + place / parts).apply(place % parts);
    }
}
