package ai.flightmind.model.tokenizer;

/** Decodes ids as they are generated. Holds back the bytes of a character until it is whole. Not thread-safe. */
public interface StreamingDecoder {
    /** The text that this id completes; empty while a character is unfinished, or for a special token. */
    String next(int id);

    /** What is left: U+FFFD for a character that was not finished, else empty. The decoder begins anew. */
    String finish();
}
