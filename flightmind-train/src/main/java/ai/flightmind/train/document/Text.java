package ai.flightmind.train.document;

import ai.flightmind.train.corpus.BadDocumentException;
import ai.flightmind.train.corpus.Decoding;

/** What is taken for a document, strictly. */
final class Text {
    private Text() {}

    /** @param where it stands, for people */
    static String utf8(byte[] bytes, String where) throws BadTextException {
        try {
            return Decoding.utf8(bytes, 1); // no file begins here
        } catch (BadDocumentException e) {
            throw new BadTextException(where + ": " + e.getMessage());
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
