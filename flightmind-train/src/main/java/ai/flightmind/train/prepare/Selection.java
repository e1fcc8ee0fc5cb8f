package ai.flightmind.train.prepare;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which documents of a corpus are packed, and how many are not. Not thread-safe. */
final class Selection {
    /** For each slice the parts with which a document begins that is left out. */
    private final List<BitSet> leftOut = new ArrayList<>();

    private long documents;
    private long tokens;
    private long bad;
    private long duplicates;

    Selection(int slices) {
        for (int i = 0; i < slices; i++) {
            leftOut.add(new BitSet());
        }
    }

    void keep(long documentTokens) {
        documents++;
        tokens += documentTokens;
    }

    /** Leaves out a document that is none. */
    void dropBad(int slice, int part) {
        leftOut.get(slice).set(part);
        bad++;
    }

    /** Leaves out a document that was kept, since it was there before. */
    void dropDuplicate(int slice, int part, long documentTokens) {
        leftOut.get(slice).set(part);
        documents--;
        tokens -= documentTokens;
        duplicates++;
    }

    boolean isLeftOut(int slice, int firstPart) {
        return leftOut.get(slice).get(firstPart);
    }

    long documents() {
        return documents;
    }

    long tokens() {
        return tokens;
    }

    long bad() {
        return bad;
    }

    long duplicates() {
        return duplicates;
    }
}
