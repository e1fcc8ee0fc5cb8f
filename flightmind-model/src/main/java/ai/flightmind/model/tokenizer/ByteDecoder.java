package ai.flightmind.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decodes where every id stands for bytes of UTF-8. */
final class ByteDecoder implements StreamingDecoder {
    private final ByteVocabulary vocabulary;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private long position;
    /** The first bytes of a character. */
    private byte[] unfinished = {};

    ByteDecoder(ByteVocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public String next(int id) {
        byte[] bytes = vocabulary.bytes(id, position++);
        ByteBuffer in = ByteBuffer.allocate(unfinished.length + bytes.length)
                .put(unfinished)
                .put(bytes)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining());
        utf8.reset().decode(in, out, false);
        unfinished = new byte[in.remaining()];
        in.get(unfinished);
        return out.flip().toString();
    }

    @Override
    public String finish() {
        String rest = new String(unfinished, StandardCharsets.UTF_8);
        unfinished = new byte[0];
        position = 0;
        return rest;
    }
}
