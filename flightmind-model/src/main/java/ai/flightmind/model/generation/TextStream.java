package ai.flightmind.model.generation;

import ai.flightmind.model.Inference;
import ai.flightmind.model.error.CancelledException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * A completion as it is drawn: its pieces, one after the other, are its text. A piece is whole characters, never empty,
 * and is given only when it is certain that it does not begin a stop string.
 *
 * <p>The model runs on the thread that asks for the next piece, which throws {@link CancelledException} when it is
 * interrupted. Native memory is given back at the end, after an error, and by {@link #close()}. Not thread-safe.
 */
public final class TextStream implements Iterable<String>, AutoCloseable {
    private final Transcript transcript;
    private final Decoding decoding;
    private final Inference inference;
    private boolean iterated;
    private boolean closed;

    TextStream(Transcript transcript, Decoding decoding, Inference inference) {
        this.transcript = transcript;
        this.decoding = decoding;
        this.inference = inference;
    }

    /** The pieces. They come once: a second iterator is refused. */
    @Override
    public Iterator<String> iterator() {
        if (iterated) {
            throw new IllegalStateException("A text stream is read once; its whole text is in completion()");
        }
        iterated = true;
        return new Pieces();
    }

    /** Hands each piece on as it comes, to the end. */
    @Override
    public void forEach(Consumer<? super String> action) {
        try (this) {
            Iterable.super.forEach(action);
        }
    }

    /** The whole completion, for which the rest is drawn if there is any. */
    public Completion completion() {
        while (!transcript.isFinished()) {
            drawNext();
        }
        return transcript.completion();
    }

    private void drawNext() {
        if (closed) {
            throw new IllegalStateException("The text stream is closed");
        }
        try {
            decoding.step();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        if (transcript.isFinished()) {
            close();
        }
    }

    /** Ends the stream; nothing more can be drawn. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            decoding.close();
            inference.close();
        }
    }

    private final class Pieces implements Iterator<String> {
        private String next = "";

        @Override
        public boolean hasNext() {
            while (next.isEmpty()) {
                next = transcript.newText();
                if (next.isEmpty()) {
                    if (transcript.isFinished()) {
                        return false;
                    }
                    drawNext();
                }
            }
            return true;
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The text has ended");
            }
            String piece = next;
            next = "";
            return piece;
        }
    }
}
