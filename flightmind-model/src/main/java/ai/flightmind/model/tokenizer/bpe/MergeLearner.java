package ai.flightmind.model.tokenizer.bpe;

import ai.flightmind.model.tokenizer.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding's training (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword
 * Units", 2016): the two symbols that stand side by side most often become one, again and again. Only the words with that
 * pair are looked at. Learns once; not thread-safe.
 */
final class MergeLearner {
    /** A run without a break, as of an encoded picture, counts in parts, or every merge would go through all of it. */
    private static final int LONGEST_WORD = 1_024;

    private final long minFrequency;
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<BpeVocabulary.Merge> merges = new ArrayList<>();

    private final List<int[]> words = new ArrayList<>();
    private long[] times = new long[1_024];
    private final PairCounts pairs = new PairCounts();

    MergeLearner(WordCounts counts, long minFrequency) {
        this.minFrequency = minFrequency;
        for (char character : ByteAlphabet.sorted()) {
            number(String.valueOf(character));
        }
        counts.forEach(this::addWord);
        pairs.offerAll();
    }

    private void addWord(String word, long count) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < utf8.length; from += LONGEST_WORD) {
            int[] spelt = new int[Math.min(LONGEST_WORD, utf8.length - from)];
            for (int i = 0; i < spelt.length; i++) {
                spelt[i] = number(String.valueOf(ByteAlphabet.character(utf8[from + i])));
            }
            int number = words.size();
            words.add(spelt);
            if (number == times.length) {
                times = Arrays.copyOf(times, 2 * number);
            }
            times[number] = count;
            for (int i = 0; i + 1 < spelt.length; i++) {
                pairs.add(PairCounts.pair(spelt[i], spelt[i + 1]), count, number);
            }
        }
    }

    private int number(String symbol) {
        Integer known = numbers.putIfAbsent(symbol, symbols.size());
        if (known != null) {
            return known;
        }
        symbols.add(symbol);
        return symbols.size() - 1;
    }

    /** Merges until there are so many symbols, or no pair is frequent enough. */
    void learn(int symbolCount) {
        while (symbols.size() < symbolCount) {
            PairCounts.@Nullable Pair best = pairs.takeMostFrequent();
            if (best == null || best.count() < minFrequency) {
                return;
            }
            merge(best);
        }
    }

    private void merge(PairCounts.Pair best) {
        int left = best.left();
        int right = best.right();
        merges.add(new BpeVocabulary.Merge(symbols.get(left), symbols.get(right)));
        int merged = number(symbols.get(left) + symbols.get(right));
        Set<Long> grown = new HashSet<>();
        best.words().forEach(word -> merge(word, left, right, merged, grown));
        grown.forEach(pairs::offer);
    }

    private void merge(int number, int left, int right, int merged, Set<Long> grown) {
        int[] before = words.get(number);
        int[] after = replace(before, left, right, merged);
        if (after.length == before.length) {
            return;
        }
        words.set(number, after);
        long mergedPair = PairCounts.pair(left, right);
        for (int i = 0; i + 1 < before.length; i++) {
            long pair = PairCounts.pair(before[i], before[i + 1]);
            if (pair != mergedPair) {
                pairs.change(pair, -times[number]);
            }
        }
        for (int i = 0; i + 1 < after.length; i++) {
            long pair = PairCounts.pair(after[i], after[i + 1]);
            if (after[i] == merged || after[i + 1] == merged) {
                pairs.add(pair, times[number], number);
                grown.add(pair);
            } else {
                pairs.change(pair, times[number]);
            }
        }
    }

    /** From left to right, as in {@code aaa}, where a + a is found twice and only one of them can be merged. */
    private static int[] replace(int[] word, int left, int right, int merged) {
        int[] replaced = new int[word.length];
        int size = 0;
        for (int i = 0; i < word.length; i++) {
            if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
                replaced[size++] = merged;
                i++;
            } else {
                replaced[size++] = word[i];
            }
        }
        return Arrays.copyOf(replaced, size);
    }

    /** The 256 of the alphabet, then one for each merge that made a new one. */
    List<String> symbols() {
        return symbols;
    }

    List<BpeVocabulary.Merge> merges() {
        return merges;
    }
}
