package ai.flightmind.train.checkpoint;

import java.nio.file.Path;

/**
 * Where checkpoints go, how often, and how many stay: {@code Checkpoints.in(dir).every(1_000).keepLast(3).keepBest()}. An
 * immutable value; each method gives a changed copy.
 *
 * <p>Besides {@code step_N.pt} every N steps there is {@code final.pt} after the last step and, on a stop before that, a
 * {@code step_N.pt} of the step it stopped after.
 *
 * @param directory made if it is not there; one run at a time may write to it
 * @param every steps between checkpoints; default 1,000
 * @param keepLast how many {@code step_N.pt} stay, the newest; 0 for all; default 0
 * @param bestKept whether {@code best.pt} is written when the validation loss is the lowest so far; default false
 */
public record Checkpoints(Path directory, long every, int keepLast, boolean bestKept) {
    private static final long DEFAULT_EVERY = 1_000;

    public Checkpoints {
        if (every < 1) {
            throw new IllegalArgumentException("Checkpoints must be at least 1 step apart, not " + every);
        }
        if (keepLast < 0) {
            throw new IllegalArgumentException("keepLast must be 0 (all) or positive, not " + keepLast);
        }
    }

    /** Checkpoints in this directory, every 1,000 steps, all kept. */
    public static Checkpoints in(Path directory) {
        return new Checkpoints(directory, DEFAULT_EVERY, 0, false);
    }

    /** Steps between checkpoints. */
    public Checkpoints every(long steps) {
        return new Checkpoints(directory, steps, keepLast, bestKept);
    }

    /** How many {@code step_N.pt} stay, the newest; 0 for all. */
    public Checkpoints keepLast(int count) {
        return new Checkpoints(directory, every, count, bestKept);
    }

    /** Writes {@code best.pt} whenever the validation loss is the lowest so far. */
    public Checkpoints keepBest() {
        return new Checkpoints(directory, every, keepLast, true);
    }
}
