package ai.flightmind.train.data;

import ai.flightmind.train.error.DataException;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows of tokens that are trained or evaluated on: a token file's, or conversations. Each row has at least one target.
 * Thread-safe for reading.
 */
public interface RowTable {
    /**
     * How many whole rows of this length there are.
     *
     * @throws DataException if there is not one, or they are of another length
     */
    long rowCount(int rowLength);

    /**
     * Reads rows by their numbers.
     *
     * @param rows each from 0 to {@link #rowCount} − 1
     * @return (rows, rowLength), int64, on the CPU; it belongs to the caller or his scope. A token that is read but not to be
     *     learned stands as its complement, −1 − id
     */
    Tensor rows(long[] rows, int rowLength);

    /** Whether there are tokens that are not to be learned, so that rows differ in how many targets they have. */
    default boolean isMasked() {
        return false;
    }

    /** How many targets these rows have together: tokens to be learned, the first of a row not counted. */
    default long targetCount(long[] rows, int rowLength) {
        return rows.length * (rowLength - 1L);
    }

    /**
     * Makes sure that every id is below the vocabulary's size.
     *
     * @throws DataException that names the first id beyond
     */
    void requireTokensBelow(int vocabSize);
}
