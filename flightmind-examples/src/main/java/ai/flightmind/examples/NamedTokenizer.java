package ai.flightmind.examples;

import ai.flightmind.model.tokenizer.Tokenizer;
import java.nio.file.Path;

/** A tokenizer by what a flag says: {@code bytes}, or a {@code tokenizer.json}. */
final class NamedTokenizer {
    private static final String BYTES = "bytes";

    private NamedTokenizer() {}

    static boolean isFile(String name) {
        return !name.equals(BYTES);
    }

    static Tokenizer open(String name) {
        return isFile(name) ? Tokenizer.open(Path.of(name)) : Tokenizer.bytes();
    }
}
