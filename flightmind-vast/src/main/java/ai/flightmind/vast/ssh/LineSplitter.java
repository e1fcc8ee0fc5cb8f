package ai.flightmind.vast.ssh;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Bytes in, lines out. The last line is given at the end of the output though it has no end of its own. */
final class LineSplitter implements RemoteCommand.Bytes {
    private final Consumer<String> lines;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

    LineSplitter(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void accept(byte[] bytes, int offset, int length) {
        int from = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                partial.write(bytes, from, i - from);
                from = i + 1;
                give();
            }
        }
        partial.write(bytes, from, offset + length - from);
    }

    void end() {
        if (partial.size() > 0) {
            give();
        }
    }

    private void give() {
        String line = partial.toString(StandardCharsets.UTF_8);
        partial.reset();
        lines.accept(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
}
