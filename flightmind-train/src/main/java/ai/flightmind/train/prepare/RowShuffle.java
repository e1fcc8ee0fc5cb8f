package ai.flightmind.train.prepare;

import ai.flightmind.model.Seed;
import ai.flightmind.train.data.KeyedPermutation;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/**
 * Cuts the selected documents' tokens, one after the other, into rows, and writes these in an order that the seed gives.
 * Every row goes first into one of many files, each for a stretch of that order, and each of these is then put in order in
 * memory. The disk sees long runs only, and memory holds one stretch.
 */
final class RowShuffle {
    static final int BUCKET_BYTES = 32 << 20;

    private final List<TokenSlice> slices;
    private final Selection selection;
    private final int sequenceLength;
    private final long rows;
    private final long rowsPerBucket;
    private final KeyedPermutation order;
    private final BucketFiles buckets;
    private final LongConsumer rowsDone;

    /** A row behind its place in its bucket. */
    private final byte[] record;

    private int filled = Integer.BYTES;
    private long row;

    /**
     * Shuffles the rows of documents that have tokens for at least one.
     *
     * @param bucketBytes how much is in memory at a time, {@link #BUCKET_BYTES} but for tests
     * @param rowsDone told how many rows have gone into buckets, and then, added to that, how many have come out
     */
    RowShuffle(
            List<TokenSlice> slices,
            Selection selection,
            Path work,
            int sequenceLength,
            Seed seed,
            int bucketBytes,
            LongConsumer rowsDone)
            throws IOException {
        this.slices = slices;
        this.selection = selection;
        this.sequenceLength = sequenceLength;
        this.rows = selection.tokens() / sequenceLength;
        this.record = new byte[Integer.BYTES + Short.BYTES * sequenceLength];
        this.rowsPerBucket = Math.max(1, bucketBytes / record.length);
        this.order = new KeyedPermutation(rows, seed.value());
        int count = Math.toIntExact((rows + rowsPerBucket - 1) / rowsPerBucket);
        this.buckets = new BucketFiles(work, "rows", count, record.length);
        this.rowsDone = rowsDone;
    }

    /** Writes the first rows of the order to one file, the rest to another. */
    void write(long validationRows, Path validation, Path train) throws IOException {
        distribute();
        try (FileOutputStream validationFile = new FileOutputStream(validation.toFile());
                FileOutputStream trainFile = new FileOutputStream(train.toFile())) {
            OutputStream validationOut = new BufferedOutputStream(validationFile, 1 << 20);
            OutputStream trainOut = new BufferedOutputStream(trainFile, 1 << 20);
            long place = 0;
            for (int bucket = 0; bucket < buckets.count(); bucket++) {
                byte[] stretch = inOrder(bucket);
                int rowBytes = Short.BYTES * sequenceLength;
                for (int at = 0; at < stretch.length; at += rowBytes) {
                    OutputStream out = place < validationRows ? validationOut : trainOut;
                    out.write(stretch, at, rowBytes);
                    place++;
                }
                rowsDone.accept(rows + place);
            }
            validationOut.flush();
            trainOut.flush();
            validationFile.getFD().sync();
            trainFile.getFD().sync();
        }
    }

    private byte[] inOrder(int bucket) throws IOException {
        byte[] records = buckets.take(bucket);
        int rowBytes = Short.BYTES * sequenceLength;
        byte[] stretch = new byte[records.length / record.length * rowBytes];
        ByteBuffer in = ByteBuffer.wrap(records);
        while (in.hasRemaining()) {
            int place = in.getInt();
            in.get(stretch, place * rowBytes, rowBytes);
        }
        return stretch;
    }

    private void distribute() throws IOException {
        boolean leftOut = false;
        for (int slice = 0; slice < slices.size(); slice++) {
            TokenSlice tokens = slices.get(slice);
            try (InputStream in = tokens.openTokens();
                    DataInputStream parts = tokens.openParts()) {
                for (int number = 0; number < tokens.parts(); number++) {
                    Part part = Part.read(parts);
                    if (part.first()) {
                        leftOut = selection.isLeftOut(slice, number);
                    }
                    if (leftOut) {
                        in.skipNBytes(Short.BYTES * (long) part.tokens());
                    } else {
                        distribute(in, Short.BYTES * (long) part.tokens());
                    }
                }
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("Interrupted while shuffling");
            }
            rowsDone.accept(row);
        }
    }

    private void distribute(InputStream in, long bytes) throws IOException {
        long left = bytes;
        while (left > 0 && row < rows) {
            int count = in.readNBytes(record, filled, (int) Math.min(left, record.length - filled));
            if (count == 0) {
                throw new EOFException("a file of tokens is shorter than it was");
            }
            left -= count;
            filled += count;
            if (filled == record.length) {
                long place = order.apply(row++);
                ByteBuffer.wrap(record).putInt((int) (place % rowsPerBucket));
                buckets.append((int) (place / rowsPerBucket), record);
                filled = Integer.BYTES;
            }
        }
    }
}
