package ai.flightmind.train.evaluation;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts sequences into windows of what the model can read at once, so that each token but the first of its sequence is a
 * target once. A sequence's first window scores all it has; each further one is moved on by the stride, and scores only
 * what is new. So a token that is further than the window's length from its sequence's beginning sees at least length −
 * stride + 1 tokens before it. Takes sequences of any length piece by piece. Not thread-safe.
 */
final class SlidingWindows {
    /** What is scored in one go: of each input token the one that follows, or −1 where that was scored before. */
    static final class Window {
        private final int[] inputs;
        private final int[] targets;

        private Window(int[] inputs, int[] targets) {
            this.inputs = inputs;
            this.targets = targets;
        }

        int[] inputs() {
            return inputs;
        }

        int[] targets() {
            return targets;
        }

        int length() {
            return inputs.length;
        }
    }

    private final int length;
    private final int stride;
    private final Consumer<Window> sink;
    /** The newest tokens of the sequence: at least a window's inputs and its last target, if there are so many. */
    private final int[] newest;

    private int filled;
    private int unscored;
    private boolean first;

    /**
     * @param length the longest window, in input tokens
     * @param stride from 1 to length
     */
    SlidingWindows(int length, int stride, Consumer<Window> sink) {
        this.length = length;
        this.stride = stride;
        this.sink = sink;
        this.newest = new int[2 * (length + 1)];
    }

    /** Begins a sequence with a token that is only read. */
    void begin(int token) {
        newest[0] = token;
        filled = 1;
        unscored = 0;
        first = true;
    }

    /** Goes on with tokens that are to be scored. */
    void append(int[] tokens) {
        for (int token : tokens) {
            if (filled == newest.length) {
                System.arraycopy(newest, filled - length - 1, newest, 0, length + 1);
                filled = length + 1;
            }
            newest[filled++] = token;
            unscored++;
            if (unscored == (first ? length : stride)) {
                emit();
            }
        }
    }

    /** Scores what is left of the sequence. */
    void end() {
        if (unscored > 0) {
            emit();
        }
    }

    private void emit() {
        int size = Math.min(length, filled - 1);
        int[] inputs = Arrays.copyOfRange(newest, filled - 1 - size, filled - 1);
        int[] targets = Arrays.copyOfRange(newest, filled - size, filled);
        Arrays.fill(targets, 0, size - unscored, -1);
        unscored = 0;
        first = false;
        sink.accept(new Window(inputs, targets));
    }
}
