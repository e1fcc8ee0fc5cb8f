package ai.flightmind.examples.benchmark;

/**
 * What training takes at most.
 *
 * @param of whose memory it is
 * @param beforeBytes what it was before there was a model
 * @param peakBytes the most
 * @param ofSteps whether the peak is that of the measured steps, and not of all there was before, too
 */
record MemoryUse(String of, long beforeBytes, long peakBytes, boolean ofSteps) {}
