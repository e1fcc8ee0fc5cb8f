package ai.flightmind.train.corpus;

/**
 * What was passed over.
 *
 * @param bad documents that were none
 * @param empty documents of nothing but white space
 */
public record Skipped(long bad, long empty) {}
