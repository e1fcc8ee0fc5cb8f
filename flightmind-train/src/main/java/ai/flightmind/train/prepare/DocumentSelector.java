package ai.flightmind.train.prepare;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the documents to pack: not what is none, and of equal ones, if so asked, only the first. Equal means equal in 128
 * bits of a SHA-256. In memory are a bit per document, and the hashes of one bucket.
 */
final class DocumentSelector {
    static final int BUCKET_BYTES = 8 << 20;
    private static final int RECORD_BYTES = 3 * Long.BYTES + 2 * Integer.BYTES;

    private final List<TokenSlice> slices;
    private final Path work;
    private final int bucketBytes;
    private final Selection selection;

    /** @param bucketBytes how much of the hashes is in memory at a time, {@link #BUCKET_BYTES} but for tests */
    DocumentSelector(List<TokenSlice> slices, Path work, int bucketBytes) {
        this.slices = slices;
        this.work = work;
        this.bucketBytes = bucketBytes;
        this.selection = new Selection(slices.size());
    }

    /** A document on its way through its parts. */
    private static final class Document {
        private static final long ODD = 0x9E3779B97F4A7C15L;

        private final int slice;
        private final int part;
        private long hashHigh;
        private long hashLow;
        private long tokens;
        private boolean abandoned;

        private Document(int slice, int part) {
            this.slice = slice;
            this.part = part;
        }

        private void add(Part next) {
            hashHigh = ODD * hashHigh + next.hashHigh();
            hashLow = ODD * hashLow + next.hashLow();
            tokens += next.tokens();
            abandoned |= next.abandoned();
        }

        private byte[] record() {
            return ByteBuffer.allocate(RECORD_BYTES)
                    .putLong(hashHigh)
                    .putLong(hashLow)
                    .putInt(slice)
                    .putInt(part)
                    .putLong(tokens)
                    .array();
        }
    }

    Selection select(boolean dropDuplicates) throws IOException {
        if (!dropDuplicates) {
            scan(null);
            return selection;
        }
        long parts = slices.stream().mapToLong(TokenSlice::parts).sum();
        int buckets = Math.toIntExact(1 + parts * RECORD_BYTES / bucketBytes);
        BucketFiles hashes = new BucketFiles(work, "hashes", buckets, RECORD_BYTES);
        scan(hashes);
        for (int bucket = 0; bucket < buckets; bucket++) {
            dropDuplicates(ByteBuffer.wrap(hashes.take(bucket)));
        }
        return selection;
    }

    private void scan(@Nullable BucketFiles hashes) throws IOException {
        Document document = new Document(0, 0);
        for (int slice = 0; slice < slices.size(); slice++) {
            try (DataInputStream in = slices.get(slice).openParts()) {
                for (int number = 0; number < slices.get(slice).parts(); number++) {
                    Part part = Part.read(in);
                    if (part.first()) {
                        document = new Document(slice, number);
                    }
                    document.add(part);
                    if (part.last()) {
                        select(document, hashes);
                    }
                }
            }
        }
    }

    private void select(Document document, @Nullable BucketFiles hashes) throws IOException {
        if (document.abandoned) {
            selection.dropBad(document.slice, document.part);
            return;
        }
        selection.keep(document.tokens);
        if (hashes != null) {
            hashes.append((int) Long.remainderUnsigned(document.hashHigh, hashes.count()), document.record());
        }
    }

    /** Within a bucket the records come as the documents do. */
    private void dropDuplicates(ByteBuffer records) {
        HashSet128 seen = new HashSet128(records.remaining() / RECORD_BYTES);
        while (records.hasRemaining()) {
            boolean isNew = seen.add(records.getLong(), records.getLong());
            int slice = records.getInt();
            int part = records.getInt();
            long tokens = records.getLong();
            if (!isNew) {
                selection.dropDuplicate(slice, part, tokens);
            }
        }
    }

    /** Numbers of 128 bits that are spread evenly, 16 bytes each in a table of twice their number. */
    private static final class HashSet128 {
        private final long[] table;
        private final int mask;
        private boolean hasZero;

        private HashSet128(int most) {
            int slots = Integer.highestOneBit(Math.max(1, most)) * 4;
            this.table = new long[2 * slots];
            this.mask = slots - 1;
        }

        /** False if it was there. */
        private boolean add(long high, long low) {
            if (high == 0 && low == 0) {
                boolean isNew = !hasZero;
                hasZero = true;
                return isNew;
            }
            for (int slot = (int) low & mask; ; slot = (slot + 1) & mask) {
                long foundHigh = table[2 * slot];
                long foundLow = table[2 * slot + 1];
                if (foundHigh == high && foundLow == low) {
                    return false;
                }
                if (foundHigh == 0 && foundLow == 0) {
                    table[2 * slot] = high;
                    table[2 * slot + 1] = low;
                    return true;
                }
            }
        }
    }
}
