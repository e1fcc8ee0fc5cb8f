package ai.flightmind.train.distributed;

/**
 * Averages gradients over all ranks, bucket by bucket, while the backward pass still makes the others. Used by the thread
 * that trains.
 */
public interface GradientReducer extends AutoCloseable {
    /**
     * To be called before each micro-batch. Gradients add up locally; those of the last one start their way to the other
     * ranks as soon as they are complete.
     */
    void beforeMicroBatch(boolean last);

    /**
     * By what the loss is to be scaled beside the step's own scale: the ranks' gradients are averaged, so that this is
     * the number of ranks where their sum is wanted.
     */
    double scale();

    /** How long, in nanoseconds, this rank waited for gradients after its last backward pass had computed its own. */
    long exposedNanos();

    /**
     * Drops the gradients after an update.
     *
     * @param microBatches how many the next step will add up
     */
    void clearGradients(int microBatches);

    @Override
    void close();
}
