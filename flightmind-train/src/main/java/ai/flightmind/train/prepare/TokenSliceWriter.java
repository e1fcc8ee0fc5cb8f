package ai.flightmind.train.prepare;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.DocumentSink;
import ai.flightmind.train.corpus.Skipped;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongConsumer;

/** Encodes documents as they are read, and writes their tokens. Not thread-safe. */
final class TokenSliceWriter implements DocumentSink {
    /**
     * How.
     *
     * @param endOfText the token after each document
     * @param encoded told of tokens as they are written
     */
    record Encoding(Tokenizer tokenizer, int endOfText, LongConsumer encoded) {}

    private static final int LARGEST_PART = 1 << 30;

    private final DataOutputStream out;
    private final Encoding encoding;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private final DataOutputStream partsOut = new DataOutputStream(parts);
    private final MessageDigest digest = sha256();

    private long tokens;
    private long partCount;
    private long abandoned;
    /** Of the part that is being written. */
    private boolean open;

    private boolean begun;
    private int partTokens;

    TokenSliceWriter(OutputStream out, Encoding encoding) {
        this.out = new DataOutputStream(out);
        this.encoding = encoding;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public void accept(String piece, boolean first, boolean last) {
        begun = open ? begun : first;
        open = true;
        digest.update(piece.getBytes(StandardCharsets.UTF_8));
        try {
            for (int id : encoding.tokenizer().encode(piece)) {
                write(id);
            }
            if (last) {
                write(encoding.endOfText());
                endPart(true, false);
            } else if (partTokens >= LARGEST_PART) {
                endPart(false, false);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(int id) throws IOException {
        out.writeShort(Short.reverseBytes((short) id));
        partTokens++;
    }

    @Override
    public void abandon(boolean first, boolean last) {
        begun = open ? begun : first;
        try {
            endPart(last, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endPart(boolean last, boolean isAbandoned) throws IOException {
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        new Part(hash.getLong(), hash.getLong(), partTokens, begun, last, isAbandoned).write(partsOut);
        encoding.encoded().accept(partTokens);
        tokens += partTokens;
        partCount++;
        abandoned += isAbandoned ? 1 : 0;
        partTokens = 0;
        open = false;
    }

    /** Ends the file, but does not close it. */
    void finish(Skipped skipped) throws IOException {
        if (open) {
            endPart(false, false);
        }
        parts.writeTo(out);
        for (long count : new long[] {tokens, partCount, skipped.bad() - abandoned, skipped.empty(), abandoned}) {
            out.writeLong(count);
        }
        out.flush();
    }
}
