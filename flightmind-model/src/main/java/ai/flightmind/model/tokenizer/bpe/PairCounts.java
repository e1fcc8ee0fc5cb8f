package ai.flightmind.model.tokenizer.bpe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How often two symbols stand side by side, and in which words, kept up to date as pairs are merged. Not thread-safe.
 */
final class PairCounts {
    /** The most frequent first; of several the one with the smallest left symbol, then with the smallest right one. */
    private static final Comparator<Candidate> FREQUENT_FIRST =
            Comparator.comparingLong(Candidate::count).reversed().thenComparing(Candidate::pair);

    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> candidates = new PriorityQueue<>(FREQUENT_FIRST);

    /** A pair as it was counted at some time; the heap is not searched for it when that changes. */
    private record Candidate(long pair, long count) {}

    /** A pair, and the words that it may stand in. */
    static final class Pair {
        private final long symbols;
        private long count;
        private int[] words = new int[2];
        private int size;

        private Pair(long symbols) {
            this.symbols = symbols;
        }

        int left() {
            return (int) (symbols >>> Integer.SIZE);
        }

        int right() {
            return (int) symbols;
        }

        long count() {
            return count;
        }

        /** By their numbers; some may no longer hold it, and some may be told twice. */
        IntStream words() {
            return Arrays.stream(words, 0, size);
        }

        private void addWord(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, 2 * size);
            }
            words[size++] = word;
        }
    }

    /** Two symbols as one number, which sorts as they do. */
    static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    /** Counts a pair in a word that it did not stand in before. */
    void add(long pair, long times, int word) {
        Pair found = pairs.computeIfAbsent(pair, Pair::new);
        found.count += times;
        found.addWord(word);
    }

    /** Changes the count of a pair in words that it stands, or stood, in. */
    void change(long pair, long times) {
        Pair found = pairs.get(pair);
        if (found == null || found.count + times < 0) {
            throw new IllegalStateException("A pair is taken away more often than it was counted");
        }
        found.count += times;
    }

    /** Lets a pair be found by {@link #takeMostFrequent}; to be called when all its additions are made. */
    void offer(long pair) {
        Pair found = pairs.get(pair);
        if (found != null && found.count > 0) {
            candidates.add(new Candidate(pair, found.count));
        }
    }

    void offerAll() {
        pairs.keySet().forEach(this::offer);
    }

    /** The most frequent pair, which is then forgotten; null if there is none. */
    @Nullable
    Pair takeMostFrequent() {
        for (Candidate top = candidates.poll(); top != null; top = candidates.poll()) {
            Pair found = pairs.get(top.pair());
            if (found == null) {
                continue;
            }
            if (found.count == top.count()) {
                pairs.remove(top.pair());
                return found;
            }
            // Counted higher when it was offered: it stands again where it belongs now.
            if (found.count < top.count()) {
                if (found.count == 0) {
                    pairs.remove(top.pair());
                } else {
                    candidates.add(new Candidate(top.pair(), found.count));
                }
            }
        }
        return null;
    }
}
