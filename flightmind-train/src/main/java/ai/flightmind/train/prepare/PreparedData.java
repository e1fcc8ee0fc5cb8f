package ai.flightmind.train.prepare;

/**
 * What came of a corpus.
 *
 * @param documents that are packed
 * @param duplicates documents left out because an equal one came before
 * @param badDocuments passed over because they were none
 * @param emptyDocuments passed over because they were without text
 * @param tokens of the documents, end marks included
 * @param trainSequences rows in {@code train.bin}
 * @param validationSequences rows in {@code val.bin}
 * @param sequenceLength tokens per row
 */
public record PreparedData(
        long documents,
        long duplicates,
        long badDocuments,
        long emptyDocuments,
        long tokens,
        long trainSequences,
        long validationSequences,
        int sequenceLength) {
    /** Tokens in {@code train.bin}. */
    public long trainTokens() {
        return trainSequences * sequenceLength;
    }

    /** Tokens in {@code val.bin}. */
    public long validationTokens() {
        return validationSequences * sequenceLength;
    }

    /** Tokens at the end that did not fill a row, and are in neither file. */
    public long tokensLeftOver() {
        return tokens - trainTokens() - validationTokens();
    }
}
