package ai.flightmind.model.tokenizer.bpe;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often each word occurs. A word is what GPT-2 (Radford et al., 2019) takes text apart into before it looks for pairs:
 * letters, digits or other marks, each with the space before them, an English contraction's end, or white space. Not
 * thread-safe.
 */
final class WordCounts {
    /** Of white space before a word, the last space belongs to the word. */
    static final Pattern WORD = Pattern.compile(
            "'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Count> counts = new HashMap<>();

    /** Counts in place, as most words have been seen before. */
    private static final class Count {
        private long times;
    }

    void add(String text) {
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            add(matcher.group(), 1);
        }
    }

    void addAll(WordCounts others) {
        others.counts.forEach((word, count) -> add(word, count.times));
    }

    private void add(String word, long times) {
        counts.computeIfAbsent(word, unseen -> new Count()).times += times;
    }

    int size() {
        return counts.size();
    }

    /** Takes a word and how often it occurs. */
    interface Visitor {
        void visit(String word, long times);
    }

    void forEach(Visitor visitor) {
        counts.forEach((word, count) -> visitor.visit(word, count.times));
    }
}
