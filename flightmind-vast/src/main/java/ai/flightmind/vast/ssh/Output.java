package ai.flightmind.vast.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One output of a command: to its listener, or kept. What a shell's start files print before the command is dropped. */
final class Output {
    /** What is kept at most; who wants more listens. */
    static final int KEPT = 16 << 20;

    private static final int BUFFER = 64 << 10;

    /** More came than is kept. */
    static final class TooMuch extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final RemoteCommand.@Nullable Bytes listener;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    Output(RemoteCommand.@Nullable Bytes listener) {
        this.listener = listener;
    }

    /**
     * Reads to the end.
     *
     * @param mark what stands before the command's own output, up to a blank, a number and a line's end; empty for none
     * @param onMark takes the number
     */
    void pump(InputStream in, String mark, Consumer<Long> onMark) throws IOException, ListenerException {
        byte[] buffer = new byte[BUFFER];
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        boolean started = mark.isEmpty();
        int read;
        while ((read = in.read(buffer)) >= 0) {
            if (started) {
                take(buffer, 0, read);
                continue;
            }
            before.write(buffer, 0, read);
            String text = before.toString(StandardCharsets.ISO_8859_1);
            int at = text.indexOf(mark);
            int end = at < 0 ? -1 : text.indexOf('\n', at);
            if (end >= 0) {
                started = true;
                onMark.accept(
                        Long.parseLong(text.substring(at + mark.length(), end).strip()));
                take(before.toByteArray(), end + 1, text.length() - end - 1);
            } else if (before.size() > KEPT) {
                throw new TooMuch();
            }
        }
        if (!started) {
            take(before.toByteArray(), 0, before.size());
        }
        if (listener instanceof LineSplitter lines) {
            call(lines::end);
        }
    }

    String text() {
        return kept.toString(StandardCharsets.UTF_8);
    }

    private void take(byte[] bytes, int offset, int length) throws IOException, ListenerException {
        if (length == 0) {
            return;
        }
        RemoteCommand.Bytes bytesListener = listener;
        if (bytesListener != null) {
            call(() -> bytesListener.accept(bytes, offset, length));
        } else if (kept.size() + length > KEPT) {
            throw new TooMuch();
        } else {
            kept.write(bytes, offset, length);
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static void call(Call call) throws ListenerException {
        try {
            call.run();
        } catch (IOException | RuntimeException e) {
            throw new ListenerException(e);
        }
    }

    /** The caller's own code failed, not the line. */
    static final class ListenerException extends Exception {
        private static final long serialVersionUID = 1L;

        ListenerException(Exception cause) {
            super(cause);
        }
    }
}
