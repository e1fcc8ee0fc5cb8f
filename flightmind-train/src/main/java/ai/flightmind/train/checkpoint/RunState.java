package ai.flightmind.train.checkpoint;

import java.util.OptionalDouble;

/**
 * How far a run is, beyond its weights and moments. An immutable value.
 *
 * @param nextStep the step to do next, from 0
 * @param loss of the last step whose loss was finite, in nats; NaN before there is one
 * @param tokens targets trained on since step 0
 * @param skippedSteps updates left out because of non-finite numbers, since step 0
 * @param bestValidationLoss the lowest so far, in nats
 */
public record RunState(long nextStep, double loss, long tokens, long skippedSteps, OptionalDouble bestValidationLoss) {

    /** How many numbers make up a state. */
    public static final int NUMBERS = 6;

    /** Before the first step. */
    public static RunState start() {
        return new RunState(0, Double.NaN, 0, 0, OptionalDouble.empty());
    }

    /** After one more step. */
    public RunState afterStep(double stepLoss, long stepTokens, boolean skipped) {
        return new RunState(
                nextStep + 1,
                skipped ? loss : stepLoss,
                tokens + stepTokens,
                skippedSteps + (skipped ? 1 : 0),
                bestValidationLoss);
    }

    /** With a new lowest validation loss. */
    public RunState withBest(double validationLoss) {
        return new RunState(nextStep, loss, tokens, skippedSteps, OptionalDouble.of(validationLoss));
    }

    /** The last step done; −1 before the first. */
    public long lastStep() {
        return nextStep - 1;
    }

    /** As numbers that can be sent to other ranks; exact, as counts stay far below 2^53. */
    public double[] toNumbers() {
        return new double[] {
            nextStep, loss, tokens, skippedSteps, bestValidationLoss.isPresent() ? 1 : 0, bestValidationLoss.orElse(0)
        };
    }

    /** From {@link #toNumbers()}. */
    public static RunState ofNumbers(double[] numbers) {
        return new RunState(
                (long) numbers[0],
                numbers[1],
                (long) numbers[2],
                (long) numbers[3],
                numbers[4] == 0 ? OptionalDouble.empty() : OptionalDouble.of(numbers[5]));
    }
}
