package ai.flightmind.train.corpus;

/**
 * Where a long document is cut, since a tokenizer takes some hundred times its text's memory. At most every {@link
 * #PIECE_BYTES} there is one cut, and it depends on the bytes near it alone, so that it can be found from anywhere. It is
 * before a space between words, where a vocabulary's words begin: there a piece has the tokens that the whole would have.
 */
final class Cuts {
    static final int PIECE_BYTES = 1 << 18;

    private Cuts() {}

    /**
     * The first good place from {@code from} on: before a space that stands alone, else after a line, else at any
     * character.
     *
     * @param text UTF-8; the byte before {@code from} is looked at, too
     * @param to the end of the places that may be chosen, beyond {@code from}
     */
    static int find(byte[] text, int from, int to) {
        for (int i = from; i + 1 < to; i++) {
            if (text[i] == ' ' && !isSpace(text[i - 1]) && !isSpace(text[i + 1])) {
                return i;
            }
        }
        for (int i = from; i < to; i++) {
            if (text[i - 1] == '\n') {
                return i;
            }
        }
        for (int i = from; i < to; i++) {
            boolean continuesCharacter = (text[i] & 0xC0) == 0x80;
            if (!continuesCharacter) {
                return i;
            }
        }
        return from;
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || (value >= '\t' && value <= '\r');
    }
}
