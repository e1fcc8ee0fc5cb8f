package ai.flightmind.train.document;

import ai.flightmind.train.corpus.BadDocumentException;
import ai.flightmind.train.corpus.Decoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A file of lines {@code {"text": …}}; blank ones are passed over. */
final class JsonLines implements DocumentReader {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_LINE_BYTES = 64 << 20;

    private final String name;
    private final String field;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long line;

    JsonLines(DataFile file, String field, boolean gzip) throws IOException {
        this.name = file.name();
        this.field = field;
        InputStream bytes = new RangeInput(file, 0, file.length());
        this.in = gzip ? new GZIPInputStream(bytes, BUFFER_BYTES) : bytes;
    }

    @Override
    public @Nullable String next() throws IOException, BadTextException {
        byte[] bytes = line();
        while (bytes != null && isBlank(bytes)) {
            bytes = line();
        }
        return bytes == null ? null : text(bytes);
    }

    @Override
    public void skip(long documents) throws IOException {
        for (long left = documents; left > 0; ) {
            try {
                byte[] bytes = line();
                if (bytes == null) {
                    return;
                }
                left -= isBlank(bytes) ? 0 : 1;
            } catch (BadTextException e) {
                left--; // told when it was read
            }
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private String text(byte[] json) throws BadTextException {
        String where = name + ":" + line;
        try {
            String text = Decoding.json(json, line - 1, field);
            return Text.required(text == null ? "" : text, where);
        } catch (BadDocumentException e) {
            throw new BadTextException(where + ": " + e.getMessage());
        }
    }

    /** Without its end; null behind the last one. */
    private byte @Nullable [] line() throws IOException, BadTextException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean any = false;
        boolean tooLong = false;
        while (fill()) {
            any = true;
            int from = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            tooLong |= bytes.size() + position - from > LONGEST_LINE_BYTES;
            if (!tooLong) {
                bytes.write(buffer, from, position - from);
            }
            if (position < limit) {
                position++;
                break;
            }
        }
        line += any ? 1 : 0;
        if (tooLong) {
            throw new BadTextException(name + ":" + line + " is longer than " + (LONGEST_LINE_BYTES >> 20) + " MiB");
        }
        return any ? bytes.toByteArray() : null;
    }

    private boolean fill() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer));
        }
        return position < limit;
    }
}
