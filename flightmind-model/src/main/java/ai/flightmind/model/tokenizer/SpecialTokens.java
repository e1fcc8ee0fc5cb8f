package ai.flightmind.model.tokenizer;

import java.util.List;

/** The special tokens of the original's vocabulary, by their spelling. */
public final class SpecialTokens {
    /** Stands after each document. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** Fills a batch's shorter rows. */
    public static final String PAD = "<|pad|>";

    public static final String BEGIN_OF_TURN = "<|begin_of_turn|>";
    public static final String END_OF_TURN = "<|end_of_turn|>";
    public static final String SYSTEM = "<|system|>";
    public static final String USER = "<|user|>";
    public static final String ASSISTANT = "<|assistant|>";

    /** All of them; a token's place is its id in the original's vocabulary. */
    public static final List<String> ALL =
            List.of(END_OF_TEXT, PAD, BEGIN_OF_TURN, END_OF_TURN, SYSTEM, USER, ASSISTANT);

    private SpecialTokens() {}
}
