package ai.flightmind.model.tokenizer;

import ai.flightmind.model.GptConfig;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Turns text into token ids and back. Thread-safe, unless an implementation says otherwise. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Reads a {@code tokenizer.json}, Hugging Face's format. The library that does so is optional: add {@code
     * ai.djl.huggingface:tokenizers} to the dependencies. It unpacks its native part into {@code ~/.djl.ai}, and goes to no
     * network. A length to cut at or to fill up to, which such a file may name, is passed over.
     *
     * @param path the file, or a directory that holds it under that name
     * @throws ai.flightmind.model.error.TokenizerException if it cannot be read, or the library is missing
     */
    static Tokenizer open(Path path) {
        return HuggingFaceTokenizer.open(path);
    }

    /**
     * A token for each byte, for small things and tests: byte b is id 7 + b, below are {@link SpecialTokens#ALL}, and there
     * are 263 ids.
     */
    static Tokenizer bytes() {
        return new ByteTokenizer();
    }

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

    /** The token between documents, {@code <|endoftext|>} or what stands for it; empty if the vocabulary has none. */
    OptionalInt endOfText();

    /**
     * Equal for two tokenizers only if they give the same ids for the same text: what is made with one is known by it. Hex
     * digits.
     */
    String fingerprint();

    /**
     * Makes sure that a model has an embedding for each id.
     *
     * @throws IllegalArgumentException if the vocabulary is larger than the model's
     */
    default void requireFits(GptConfig config) {
        if (vocabSize() > config.vocabSize()) {
            throw new IllegalArgumentException("The tokenizer has " + vocabSize()
                    + " tokens, but the model's vocabulary"
                    + " only " + config.vocabSize() + ". Use the tokenizer that the model was trained with, or a model"
                    + " with vocabSize " + vocabSize() + ".");
        }
    }

    @Override
    void close();
}
