package ai.flightmind.train.evaluation;

import java.nio.charset.StandardCharsets;

/** Counts the bytes and words of texts that come in pieces. Not thread-safe. */
final class TextCounts {
    private long bytes;
    private long words;
    private boolean inWord;

    /** A new text begins. */
    void begin() {
        inWord = false;
    }

    /** Goes on with the text. */
    void add(String piece) {
        bytes += piece.getBytes(StandardCharsets.UTF_8).length;
        piece.codePoints().forEach(character -> {
            boolean space = Character.isWhitespace(character);
            if (!space && !inWord) {
                words++;
            }
            inWord = !space;
        });
    }

    long bytes() {
        return bytes;
    }

    long words() {
        return words;
    }
}
