package ai.flightmind.train.prepare;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A document's tokens in one slice: all of it, unless the document is a file of several slices.
 *
 * @param hashHigh 128 bits of the SHA-256 of its text
 * @param tokens their number, the end mark included
 * @param first whether the document begins with it
 * @param last whether the document ends with it
 * @param abandoned whether the document is none after all, and its tokens are to be passed over
 */
record Part(long hashHigh, long hashLow, int tokens, boolean first, boolean last, boolean abandoned) {
    static final int BYTES = 24;

    private static final int FIRST = 1;
    private static final int LAST = 2;
    private static final int ABANDONED = 4;

    void write(DataOutputStream out) throws IOException {
        out.writeLong(hashHigh);
        out.writeLong(hashLow);
        out.writeInt(tokens);
        out.writeInt((first ? FIRST : 0) | (last ? LAST : 0) | (abandoned ? ABANDONED : 0));
    }

    static Part read(DataInputStream in) throws IOException {
        long hashHigh = in.readLong();
        long hashLow = in.readLong();
        int tokens = in.readInt();
        int flags = in.readInt();
        return new Part(hashHigh, hashLow, tokens, (flags & FIRST) != 0, (flags & LAST) != 0, (flags & ABANDONED) != 0);
    }
}
