package ai.flightmind.train.evaluation;

/**
 * How often a model holds the right choice for the likeliest, by the names of EleutherAI's lm-evaluation-harness. An
 * immutable value.
 *
 * @param name of the questions
 * @param questions how many there were
 * @param acc by the log-likelihood of a choice
 * @param accNorm by the log-likelihood over the choice's length in characters, so that short ones have no advantage
 * @param accBytes by the log-likelihood over the choice's length in bytes of UTF-8
 */
public record MultipleChoice(String name, int questions, Accuracy acc, Accuracy accNorm, Accuracy accBytes) {
    /**
     * A share of right answers.
     *
     * @param share from 0 to 1
     * @param standardError of the share as a mean over questions that were drawn at random: the sample's standard deviation
     *     over √n; NaN for a single question
     */
    public record Accuracy(double share, double standardError) {
        static Accuracy of(int right, int questions) {
            double share = (double) right / questions;
            double error = questions == 1 ? Double.NaN : Math.sqrt(share * (1 - share) / (questions - 1));
            return new Accuracy(share, error);
        }
    }
}
