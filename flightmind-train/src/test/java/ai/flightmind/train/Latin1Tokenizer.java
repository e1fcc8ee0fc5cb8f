package ai.flightmind.train;

import ai.flightmind.model.tokenizer.StreamingDecoder;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.OptionalInt;

/** A token for each character up to 511. */
final class Latin1Tokenizer implements Tokenizer {
    @Override
    public int vocabSize() {
        return TinyRun.VOCABULARY;
    }

    @Override
    public int[] encode(String text) {
        return text.chars().toArray();
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        return encode(text);
    }

    @Override
    public String decode(int[] ids) {
        return new String(ids, 0, ids.length);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            @Override
            public String next(int id) {
                return decode(new int[] {id});
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public OptionalInt specialToken(String spelling) {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.empty();
    }

    @Override
    public String fingerprint() {
        return "latin-1";
    }

    @Override
    public void close() {}
}
