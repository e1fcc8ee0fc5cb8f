package ai.flightmind.train.document;

import java.io.InputStream;

/** A range of a file as a stream, read ahead by blocks. Not thread-safe. */
final class RangeInput extends InputStream {
    private static final int BLOCK_BYTES = 4 << 20;

    private final DataFile file;
    private final long end;
    private long next;
    private byte[] block = {};
    private int position;

    /** From a byte on, up to another one, exclusive. */
    RangeInput(DataFile file, long from, long end) {
        this.file = file;
        this.next = from;
        this.end = end;
    }

    @Override
    public int read() {
        return fill() ? block[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, block.length - position);
        System.arraycopy(block, position, buffer, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return block.length - position;
    }

    private boolean fill() {
        if (position == block.length && next < end) {
            block = file.read(next, (int) Math.min(BLOCK_BYTES, end - next));
            next += block.length;
            position = 0;
        }
        return position < block.length;
    }
}
