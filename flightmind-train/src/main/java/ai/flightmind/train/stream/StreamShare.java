package ai.flightmind.train.stream;

/**
 * Which rows one rank reads.
 *
 * @param rowsPerStep of all ranks
 * @param from this rank's first place in each step
 * @param to the end of its places, exclusive
 * @param firstStep the first step that is read
 * @param endStep the end of the run, exclusive
 */
public record StreamShare(int rowsPerStep, int from, int to, long firstStep, long endStep) {}
