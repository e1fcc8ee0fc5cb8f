package ai.flightmind.train.chat;

/**
 * What became of a file's conversations.
 *
 * @param conversations laid out as rows
 * @param cut of these, the longer ones, which lost their end
 * @param dropped left out, because nothing to be learned was left after the cut
 * @param rows how many rows they take
 * @param tokens of the conversations in them
 * @param learnedTokens of these, what the assistant says
 */
public record ChatStatistics(long conversations, long cut, long dropped, long rows, long tokens, long learnedTokens) {
    /** The part of the rows' tokens that is no padding, from 0 to 1. */
    public double fill(int sequenceLength) {
        return (double) tokens / Math.max(1, rows * sequenceLength);
    }
}
