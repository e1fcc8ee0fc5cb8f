package ai.flightmind.vast.bucket;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Which ranges of a file have come down, beside the unfinished file: a line that names the object's state, then a line per
 * range. A last line that was cut off counts for nothing. Thread-safe.
 */
final class RangeNote implements AutoCloseable {
    private final BitSet done;
    private final Writer out;

    private RangeNote(BitSet done, Writer out) {
        this.done = done;
        this.out = out;
    }

    /** Goes on with a note for the same object, or starts afresh. */
    static RangeNote open(Path file, String object, int ranges, boolean mayGoOn) throws IOException {
        BitSet done = mayGoOn && Files.exists(file) ? read(file, object, ranges) : new BitSet();
        Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        try {
            out.write(object + "\n");
            for (int i = done.nextSetBit(0); i >= 0; i = done.nextSetBit(i + 1)) {
                out.write(i + ".\n");
            }
            out.flush();
        } catch (IOException e) {
            out.close();
            throw e;
        }
        return new RangeNote(done, out);
    }

    private static BitSet read(Path file, String object, int ranges) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        BitSet done = new BitSet(ranges);
        if (!lines.isEmpty() && lines.get(0).equals(object)) {
            for (String line : lines.subList(1, lines.size())) {
                if (line.matches("[0-9]{1,9}\\.")) {
                    int range = Integer.parseInt(line.substring(0, line.length() - 1));
                    if (range < ranges) {
                        done.set(range);
                    }
                }
            }
        }
        return done;
    }

    synchronized boolean has(int range) {
        return done.get(range);
    }

    synchronized void add(int range) throws IOException {
        done.set(range);
        out.write(range + ".\n");
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
