package ai.flightmind.train.corpus;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a document is in a plain text file. An immutable value.
 */
public final class TextDocuments {
    private static final TextDocuments WHOLE_FILE = new TextDocuments(null);
    private static final TextDocuments PER_LINE = new TextDocuments("\n");

    private final @Nullable String separator;

    private TextDocuments(@Nullable String separator) {
        this.separator = separator;
    }

    /** Each file is one. */
    public static TextDocuments wholeFile() {
        return WHOLE_FILE;
    }

    /** Each line is one; blank lines are passed over. */
    public static TextDocuments perLine() {
        return PER_LINE;
    }

    /**
     * What stands between two of these is one, without the white space at its ends.
     *
     * @param separator as {@code <|endoftext|>}; not empty. A file with one that ends as it begins, like {@code ---}, is read
     *     on one thread
     */
    public static TextDocuments separatedBy(String separator) {
        if (separator.isEmpty()) {
            throw new IllegalArgumentException("A separator of documents must not be empty");
        }
        return new TextDocuments(separator);
    }

    /** Whether a document's begin can be found from the middle of a file: not where separators may overlap. */
    boolean areFoundFromAnywhere() {
        for (int overlap = 1; separator != null && overlap < separator.length(); overlap++) {
            if (separator.endsWith(separator.substring(0, overlap))) {
                return false;
            }
        }
        return true;
    }

    boolean areLines() {
        return this == PER_LINE;
    }

    boolean areWholeFiles() {
        return separator == null;
    }

    /** The bytes after each; none for whole files. */
    byte[] delimiter() {
        return separator == null ? new byte[0] : separator.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return separator == null ? "whole files" : "separated by '" + separator.replace("\n", "\\n") + "'";
    }
}
