package ai.flightmind.model.tokenizer;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Decodes with any vocabulary, by decoding the newest ids once with the ones before them and once without: what is new is
 * the difference. A token's text may depend on its neighbour, as a space that is only written between words.
 */
final class WindowDecoder implements StreamingDecoder {
    private static final String REPLACEMENT = "\uFFFD";
    /** No character has more bytes than this, so as many ids that make none are not UTF-8. */
    private static final int LONGEST_CHARACTER = 4;

    private final Function<int[], String> decode;
    private final IntPredicate isSpecial;
    private int[] window = {};
    private int told;

    WindowDecoder(Function<int[], String> decode, IntPredicate isSpecial) {
        this.decode = decode;
        this.isSpecial = isSpecial;
    }

    @Override
    public String next(int id) {
        if (isSpecial.test(id)) {
            return "";
        }
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = id;
        String text = untold();
        if (text.isEmpty()) {
            told = window.length;
            return "";
        }
        if (text.endsWith(REPLACEMENT) && window.length - told < LONGEST_CHARACTER) {
            return "";
        }
        window = Arrays.copyOfRange(window, told, window.length);
        told = window.length;
        return text;
    }

    private String untold() {
        String before = decode.apply(Arrays.copyOf(window, told));
        String now = decode.apply(window);
        return now.substring(Math.min(before.length(), now.length()));
    }

    @Override
    public String finish() {
        String rest = untold();
        window = new int[0];
        told = 0;
        return rest;
    }
}
