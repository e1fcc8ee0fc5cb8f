package ai.flightmind.model.generation;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A prompt and what was drawn after it, the window of it that the model sees, and the random numbers of its draws. */
final class Sequence {
    private final Transcript transcript;
    private final SplittableRandom random;
    private final Repetition repetition;
    private int[] tokens;
    private int length;
    private int windowBegin;

    /** @param number of the prompt among those of one call, from 0 */
    Sequence(int[] prompt, int number, Generation generation, Transcript transcript) {
        this.tokens = prompt.clone();
        this.length = prompt.length;
        this.random = new SplittableRandom(generation.seed().value() + number);
        this.repetition = new Repetition(generation);
        this.transcript = transcript;
        for (int token : prompt) {
            repetition.add(token);
        }
    }

    Transcript transcript() {
        return transcript;
    }

    /** Uniform from 0 to below 1, and so far below that no product with it rounds up to the other factor. */
    double random() {
        return random.nextLong(1L << 52) * 0x1p-52;
    }

    void add(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(16, 2 * length));
        }
        tokens[length++] = token;
        repetition.add(token);
        transcript.add(token);
    }

    int length() {
        return length;
    }

    Repetition repetition() {
        return repetition;
    }

    int[] lastToken() {
        return new int[] {tokens[length - 1]};
    }

    /** Whether the window has to move before the model can read the last token. */
    boolean hasOutgrown(int sequenceLength) {
        return length - windowBegin > sequenceLength;
    }

    /** Moves the window on, if the sequence has outgrown it, and gives the tokens in it. */
    int[] window(int sequenceLength, int step) {
        if (hasOutgrown(sequenceLength)) {
            // A prompt may have outgrown it by any number of tokens; the step is not for those.
            int behind = length - sequenceLength;
            windowBegin = Math.max(behind, Math.min(windowBegin + step, length - 1));
        }
        return Arrays.copyOfRange(tokens, windowBegin, length);
    }
}
