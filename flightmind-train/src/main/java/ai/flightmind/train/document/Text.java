package ai.flightmind.train.document;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What is taken for a document, strictly. */
final class Text {
    private Text() {}

    /** @param where it stands, for people */
    static String utf8(ByteBuffer bytes, String where) throws BadTextException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new BadTextException(where + " is not UTF-8");
        }
    }

    /** The text itself, which must be more than white space. */
    static String required(String text, String where) throws BadTextException {
        if (text.isBlank()) {
            throw new BadTextException(where + " is empty");
        }
        return text;
    }
}
