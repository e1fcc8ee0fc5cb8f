package ai.flightmind.model.generation;

import java.util.List;

/**
 * Finds the first of some strings in a text that comes in pieces. What could be the beginning of one is held back until
 * it is known not to be.
 */
final class StopStrings {
    private final List<String> strings;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    StopStrings(List<String> strings) {
        this.strings = strings;
    }

    /** Whether one has appeared; nothing may be added any more. */
    boolean found() {
        return found;
    }

    /** Takes the next piece and gives what surely belongs to the text. */
    String add(String piece) {
        held.append(piece);
        int stop = firstStop();
        if (stop >= 0) {
            found = true;
            held.setLength(stop);
            return end();
        }
        int certain = held.length() - longestBeginning();
        String text = held.substring(0, certain);
        held.delete(0, certain);
        return text;
    }

    /** No more pieces come: what was held back is text. */
    String end() {
        String text = held.toString();
        held.setLength(0);
        return text;
    }

    private int firstStop() {
        return strings.stream()
                .mapToInt(held::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(-1);
    }

    /** How many characters at the end begin a stop string. */
    private int longestBeginning() {
        int longest = 0;
        for (String string : strings) {
            for (int length = Math.min(string.length() - 1, held.length()); length > longest; length--) {
                if (string.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
