package ai.flightmind.train.chat;

import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.error.DataException;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Conversations as rows of one length, of which only what the assistant says is learned. Immutable. */
public final class ChatRows implements RowTable {
    private final String name;
    private final List<int[]> rows;
    private final ChatStatistics statistics;

    /** @param rows as {@link RowPacker} makes them; at least one */
    ChatRows(String name, List<int[]> rows, ChatStatistics statistics) {
        this.name = name;
        this.rows = List.copyOf(rows);
        this.statistics = statistics;
    }

    /** How many conversations, rows and tokens these are. */
    public ChatStatistics statistics() {
        return statistics;
    }

    /** Tokens per row. */
    public int rowLength() {
        return rows.get(0).length;
    }

    @Override
    public long rowCount(int length) {
        if (length != rowLength()) {
            throw new DataException(name + " was laid out as rows of " + rowLength() + " tokens, not of " + length
                    + ". Build the data set with the run's sequence length.");
        }
        return rows.size();
    }

    @Override
    public Tensor rows(long[] numbers, int length) {
        long[] tokens = new long[Math.multiplyExact(numbers.length, length)];
        int next = 0;
        for (long number : numbers) {
            for (int token : rows.get(Math.toIntExact(number))) {
                tokens[next++] = token;
            }
        }
        return torch.tensor(tokens).view(numbers.length, length);
    }

    @Override
    public boolean isMasked() {
        return true;
    }

    @Override
    public long targetCount(long[] numbers, int length) {
        long count = 0;
        for (long number : numbers) {
            int[] row = rows.get(Math.toIntExact(number));
            for (int i = 1; i < row.length; i++) {
                count += row[i] >= 0 ? 1 : 0;
            }
        }
        return count;
    }

    @Override
    public void requireTokensBelow(int vocabSize) {
        for (int[] row : rows) {
            for (int token : row) {
                int id = Math.max(token, ~token);
                if (id >= vocabSize) {
                    throw new DataException(name + " gave token " + id + ", but the model's vocabulary has only "
                            + vocabSize + ". Use the tokenizer that the model was trained with.");
                }
            }
        }
    }
}
