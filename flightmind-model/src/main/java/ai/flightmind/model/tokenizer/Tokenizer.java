package ai.flightmind.model.tokenizer;

import java.util.OptionalInt;

/** Turns text into token ids and back. Thread-safe, unless an implementation says otherwise. */
public interface Tokenizer extends AutoCloseable {
    /** How many ids there are; every id is below it. */
    int vocabSize();

    /**
     * The ids of a text. What looks like a special token in it is text like any other, so that no document can pretend to
     * end; nothing is added at either end.
     */
    int[] encode(String text);

    /**
     * The ids of a text in which the special tokens' own spelling stands for them, as {@code <|user|>} in a chat.
     */
    int[] encodeWithSpecialTokens(String text);

    /**
     * The text of ids; special tokens are left out. Bytes that are no UTF-8, as of ids cut within a character, become
     * U+FFFD.
     *
     * @throws IllegalArgumentException that names the id and its position, if one is not of this vocabulary
     */
    String decode(int[] ids);

    /** A decoder for ids that come one after another. */
    StreamingDecoder streamingDecoder();

    /** The id of a special token by its spelling, as {@code <|endoftext|>}; empty if there is none. */
    OptionalInt specialToken(String spelling);

    /** The token between documents; empty if the vocabulary has none. */
    OptionalInt endOfText();

    @Override
    void close();
}
