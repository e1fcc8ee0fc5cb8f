package ai.flightmind.train.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads a document that is a whole file, however large, in pieces: those that begin in a range of it. Every range finds
 * the same cuts, each in its own {@link Cuts#PIECE_BYTES} of the file. Not thread-safe.
 */
final class PieceReader {
    private static final int WINDOW = Cuts.PIECE_BYTES;

    private final InputStream in;
    private final long to;
    /** Grows with the file, up to two windows: there may be many small ones. */
    private byte[] buffer = new byte[1 << 13];
    /** Where the buffer's first byte is in the file. */
    private long base;

    private int filled;
    private boolean atEnd;

    /** Where the window is in which the current piece's end is looked for. */
    private long window;

    private long start;
    private long end;
    private boolean last;

    /**
     * @param in from the byte before {@code from} on, or from the first one
     * @param from a multiple of {@link Cuts#PIECE_BYTES}
     * @param to another one, or more than the file has
     */
    PieceReader(InputStream in, long from, long to) throws IOException {
        this.in = in;
        this.to = to;
        this.base = Math.max(0, from - 1);
        this.window = from;
        this.end = from == 0 ? 0 : cut();
        this.window += WINDOW;
    }

    /** Goes on to the next piece; false if there is none in the range. */
    boolean next() throws IOException {
        if (last || window - WINDOW >= to) {
            return false;
        }
        start = end;
        discardBefore(start);
        end = cut();
        window += WINDOW;
        return true;
    }

    /** The cut in the window, or the end of the file. */
    private long cut() throws IOException {
        while (!atEnd && base + filled < window + WINDOW) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * filled);
            }
            long wanted = window + WINDOW - base - filled;
            int count = in.read(buffer, filled, (int) Math.min(wanted, buffer.length - filled));
            atEnd = count < 0;
            filled += Math.max(0, count);
        }
        int from = (int) (window - base);
        last = from >= filled;
        return last ? base + filled : base + Cuts.find(buffer, from, Math.min(from + WINDOW, filled));
    }

    private void discardBefore(long position) {
        // The byte before a window is looked at.
        int gone = (int) (position - base);
        System.arraycopy(buffer, gone, buffer, 0, filled - gone);
        filled -= gone;
        base = position;
    }

    byte[] bytes() {
        return Arrays.copyOfRange(buffer, (int) (start - base), (int) (end - base));
    }

    /** Where the piece begins in the file. */
    long start() {
        return start;
    }

    /** Whether the file ends with this piece. */
    boolean isLast() {
        return last;
    }
}
