package ai.flightmind.model.tokenizer.bpe;

import ai.flightmind.model.tokenizer.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;

/** Byte-pair encoding as it is defined, with everything counted again for each merge. */
record NaiveBpe(List<String> tokens, List<BpeVocabulary.Merge> merges, int firstId) {
    NaiveBpe(BpeVocabulary vocabulary) {
        this(
                vocabulary.tokens(),
                vocabulary.merges(),
                vocabulary.specialTokens().size());
    }

    static NaiveBpe learn(List<String> texts, int size, int minFrequency) {
        NaiveBpe learnt = new NaiveBpe(new ArrayList<>(), new ArrayList<>(), 0);
        for (char character : ByteAlphabet.sorted()) {
            learnt.tokens.add(String.valueOf(character));
        }
        List<List<String>> words =
                texts.stream().flatMap(text -> words(text).stream()).toList();
        while (learnt.tokens.size() < size) {
            Map<BpeVocabulary.Merge, Integer> counts = new HashMap<>();
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(new BpeVocabulary.Merge(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            }
            BpeVocabulary.Merge best = counts.entrySet().stream()
                    .filter(pair -> pair.getValue() >= minFrequency)
                    .min(Map.Entry.<BpeVocabulary.Merge, Integer>comparingByValue()
                            .reversed()
                            .thenComparing(
                                    pair -> learnt.tokens.indexOf(pair.getKey().left()))
                            .thenComparing(
                                    pair -> learnt.tokens.indexOf(pair.getKey().right())))
                    .map(Map.Entry::getKey)
                    .orElse(null);
            if (best == null) {
                break;
            }
            learnt.merges.add(best);
            String merged = best.left() + best.right();
            if (!learnt.tokens.contains(merged)) {
                learnt.tokens.add(merged);
            }
            words.forEach(word -> merge(word, best));
        }
        return learnt;
    }

    int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        for (List<String> word : words(text)) {
            merges.forEach(each -> merge(word, each));
            word.forEach(token -> ids.add(firstId + tokens.indexOf(token)));
        }
        return ids.stream().mapToInt(id -> id).toArray();
    }

    private static List<List<String>> words(String text) {
        List<List<String>> words = new ArrayList<>();
        for (MatchResult word : WordCounts.WORD.matcher(text).results().toList()) {
            List<String> bytes = new ArrayList<>();
            for (byte each : word.group().getBytes(StandardCharsets.UTF_8)) {
                bytes.add(String.valueOf(ByteAlphabet.character(each)));
            }
            words.add(bytes);
        }
        return words;
    }

    private static void merge(List<String> word, BpeVocabulary.Merge pair) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(pair.left()) && word.get(i + 1).equals(pair.right())) {
                word.set(i, word.get(i) + word.remove(i + 1));
            }
        }
    }
}
