package ai.flightmind.vast.plan;

/**
 * How many ranks a machine runs.
 *
 * @param count 0 for one per GPU
 */
public record Processes(int count) {
    /** One per GPU. */
    public static final Processes GPUS = new Processes(0);

    public Processes {
        if (count < 0) {
            throw new IllegalArgumentException("There is at least one process, not " + count);
        }
    }

    /** How many processes a machine with so many GPUs starts; at least 1. */
    public int on(int gpus) {
        return count == 0 ? Math.max(1, gpus) : count;
    }
}
