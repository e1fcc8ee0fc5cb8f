package ai.flightmind.train;

/** Which rows of the training file stand at which positions of the run. */
@FunctionalInterface
interface RowOrder {
    long[] rows(long from, int count);
}
