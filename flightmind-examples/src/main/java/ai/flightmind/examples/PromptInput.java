package ai.flightmind.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import okio.BufferedSource;
import okio.Okio;

/** Prompts from a stream of UTF-8: each line is one, as soon as it is there, or all of it is one. */
final class PromptInput implements Iterator<String> {
    private final BufferedSource source;
    private final boolean whole;
    private long line;

    /** @param whole whether all of it is one prompt, line breaks and all */
    PromptInput(InputStream in, boolean whole) {
        this.source = Okio.buffer(Okio.source(in));
        this.whole = whole;
    }

    @Override
    public boolean hasNext() {
        try {
            return !source.exhausted();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * The next prompt, without its line break.
     *
     * @throws IllegalArgumentException that names the line if it is not UTF-8
     */
    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The input has ended");
        }
        line++;
        try {
            return text(whole ? source.readByteArray() : lineBytes());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private byte[] lineBytes() throws IOException {
        long length = source.indexOf((byte) '\n');
        if (length < 0) {
            return source.readByteArray();
        }
        byte[] bytes = source.readByteArray(length);
        source.skip(1);
        return bytes;
    }

    private String text(byte[] bytes) {
        int length = bytes.length;
        if (!whole && length > 0 && bytes[length - 1] == '\r') {
            length--;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    whole
                            ? "The standard input is not UTF-8."
                            : "Line " + line + " of the standard input is not UTF-8.",
                    e);
        }
    }

    private static UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("The standard input cannot be read: " + e.getMessage(), e);
    }
}
