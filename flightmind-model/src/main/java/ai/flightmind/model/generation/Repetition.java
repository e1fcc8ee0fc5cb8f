package ai.flightmind.model.generation;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What of a sequence must be remembered to control its repetitions; nothing where they are not controlled. */
final class Repetition {
    private final boolean penalised;
    private final int ngram;
    private final Set<Integer> seen = new LinkedHashSet<>();
    /** Each sequence of n − 1 tokens that occurred, and what followed it. */
    private final Map<List<Integer>, Set<Integer>> followers = new HashMap<>();

    private List<Integer> lastTokens = List.of(); // at most n − 1

    Repetition(Generation generation) {
        this.penalised = generation.repetitionPenalty() != 1;
        this.ngram = generation.noRepeatNgram();
    }

    void add(int token) {
        if (penalised) {
            seen.add(token);
        }
        if (ngram > 0) {
            boolean full = lastTokens.size() == ngram - 1;
            if (full) {
                followers
                        .computeIfAbsent(lastTokens, ignored -> new LinkedHashSet<>())
                        .add(token);
            }
            lastTokens = shifted(token, full);
        }
    }

    private List<Integer> shifted(int token, boolean full) {
        Integer[] next = new Integer[full ? ngram - 1 : lastTokens.size() + 1];
        for (int i = 0; i < next.length; i++) {
            int from = i + lastTokens.size() + 1 - next.length;
            next[i] = from < lastTokens.size() ? lastTokens.get(from) : (Integer) token;
        }
        return List.of(next);
    }

    /** The tokens to be made less likely. */
    Set<Integer> seen() {
        return seen;
    }

    /** The tokens that must not come next. */
    Set<Integer> forbidden() {
        return followers.getOrDefault(lastTokens, Set.of());
    }
}
