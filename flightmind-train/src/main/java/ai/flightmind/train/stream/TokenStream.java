package ai.flightmind.train.stream;

import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.error.DataException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/**
 * Documents as rows of tokens, made while a run trains on them: tokenized, joined by {@code <|endoftext|>} and cut, in an
 * order that the run's seed decides; from the beginning again, in another order, when they have all been read.
 *
 * <p>The documents' parts are dealt out to lanes, each of which fills certain places of every step: so each rank reads and
 * tokenizes no more than what it trains on, but for a lane that two of them share, and a step's rows are the same with any
 * number of ranks. Thread-safe; documents and tokenizer stay the caller's to close.
 */
public final class TokenStream {
    private final Documents documents;
    private final Tokenizer tokenizer;
    private final int endOfText;
    private final int lanes;
    private final int queueRows;

    private TokenStream(Documents documents, Tokenizer tokenizer, int lanes, int queueRows) {
        this.documents = documents;
        this.tokenizer = tokenizer;
        this.endOfText = tokenizer
                .endOfText()
                .orElseThrow(
                        () -> new DataException("The tokenizer has no <|endoftext|>, which stands between documents."));
        this.lanes = lanes;
        this.queueRows = queueRows;
    }

    /**
     * With 32 lanes, and up to 256 rows ahead on each rank.
     *
     * @throws DataException if the tokenizer has no token to stand between documents
     */
    public static TokenStream of(Documents documents, Tokenizer tokenizer) {
        return new TokenStream(documents, tokenizer, 32, 256);
    }

    /** With so many lanes, each of which holds a few megabytes of its documents; a run goes on with as many as it began. */
    public TokenStream withLanes(int lanes) {
        if (lanes < 1) {
            throw new IllegalArgumentException("There must be at least one lane, not " + lanes);
        }
        return new TokenStream(documents, tokenizer, lanes, queueRows);
    }

    /** With up to so many rows ahead on each rank. */
    public TokenStream withQueue(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("The queue must hold at least one row, not " + rows);
        }
        return new TokenStream(documents, tokenizer, lanes, rows);
    }

    private int lanes(int rowsPerStep) {
        return Math.min(lanes, Math.min(documents.partCount(), rowsPerStep));
    }

    /** What decides which rows it gives; equal only where they are. */
    public String identity(int rowsPerStep) {
        String all = documents.describe() + tokenizer.fingerprint() + ' ' + lanes(rowsPerStep);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return "a stream of " + documents.fileCount() + " files in " + lanes(rowsPerStep) + " lanes, "
                    + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** The position of its beginning. */
    public List<Long> start(int rowsPerStep) {
        return Collections.nCopies(lanes(rowsPerStep) * Lane.NUMBERS, 0L);
    }

    /**
     * Makes sure that a model has an embedding for every token.
     *
     * @throws DataException if the vocabulary is larger than the model's
     */
    public void requireTokensBelow(int vocabSize) {
        if (tokenizer.vocabSize() > vocabSize) {
            throw new DataException("The stream's tokenizer has " + tokenizer.vocabSize() + " tokens, but the model's"
                    + " vocabulary has only " + vocabSize
                    + ". Use the tokenizer that the model was trained with, or a model with vocabSize "
                    + tokenizer.vocabSize() + ".");
        }
    }

    /**
     * Begins to read ahead.
     *
     * @param filter which places are filled from here
     * @param position where the share's first step begins: {@link #start}, or as ranks have told it
     */
    public StreamReader open(StreamShare share, PlaceFilter filter, int rowLength, Seed seed, List<Long> position) {
        int count = lanes(share.rowsPerStep());
        List<StreamReader.OwnLane> own = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) share.rowsPerStep() * i / count);
            int to = (int) ((long) share.rowsPerStep() * (i + 1) / count);
            if (from < share.to() && to > share.from()) {
                List<Long> begin = position.subList(i * Lane.NUMBERS, (i + 1) * Lane.NUMBERS);
                Lane lane = new Lane(documents, tokenizer, endOfText, i, count, seed, begin);
                own.add(new StreamReader.OwnLane(lane, i, from, to, from >= share.from()));
            }
        }
        return new StreamReader(own, count, share, filter, rowLength, queueRows);
    }
}
