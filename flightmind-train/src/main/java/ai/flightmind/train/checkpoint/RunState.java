package ai.flightmind.train.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * How far a run is, beyond its weights and moments. An immutable value.
 *
 * @param nextStep the step to do next, from 0
 * @param loss of the last step whose loss was finite, in nats; NaN before there is one
 * @param tokens targets trained on since step 0
 * @param skippedSteps updates left out because of non-finite numbers, since step 0
 * @param bestValidationLoss the lowest so far, in nats
 * @param positions where each source of a mixture is, by name; empty where there is one table
 */
public record RunState(
        long nextStep,
        double loss,
        long tokens,
        long skippedSteps,
        OptionalDouble bestValidationLoss,
        Map<String, List<Long>> positions) {
    private static final int NUMBERS = 6; // beside the positions

    /** Before the first step. */
    public static RunState start(Map<String, List<Long>> positions) {
        return new RunState(0, Double.NaN, 0, 0, OptionalDouble.empty(), positions);
    }

    /** After one more step. */
    public RunState afterStep(
            double stepLoss, long stepTokens, boolean skipped, Map<String, List<Long>> positionsAfter) {
        return new RunState(
                nextStep + 1,
                skipped ? loss : stepLoss,
                tokens + stepTokens,
                skippedSteps + (skipped ? 1 : 0),
                bestValidationLoss,
                positionsAfter);
    }

    /** With a new lowest validation loss. */
    public RunState withBest(double validationLoss) {
        return new RunState(nextStep, loss, tokens, skippedSteps, OptionalDouble.of(validationLoss), positions);
    }

    /** The last step done; −1 before the first. */
    public long lastStep() {
        return nextStep - 1;
    }

    /** As numbers that can be sent to other ranks; exact, as counts stay far below 2^53. */
    public double[] toNumbers() {
        double[] counts = {
            nextStep, loss, tokens, skippedSteps, bestValidationLoss.isPresent() ? 1 : 0, bestValidationLoss.orElse(0)
        };
        DoubleStream where = positions.values().stream()
                .flatMapToDouble(each -> each.stream().mapToDouble(Long::doubleValue));
        return DoubleStream.concat(DoubleStream.of(counts), where).toArray();
    }

    /**
     * From {@link #toNumbers()}.
     *
     * @param like a state of the same sources
     */
    public static RunState ofNumbers(double[] numbers, RunState like) {
        Map<String, List<Long>> positions = new LinkedHashMap<>();
        int next = NUMBERS;
        for (Map.Entry<String, List<Long>> source : like.positions.entrySet()) {
            List<Long> own = new ArrayList<>();
            while (own.size() < source.getValue().size()) {
                own.add((long) numbers[next++]);
            }
            positions.put(source.getKey(), own);
        }
        return new RunState(
                (long) numbers[0],
                numbers[1],
                (long) numbers[2],
                (long) numbers[3],
                numbers[4] == 0 ? OptionalDouble.empty() : OptionalDouble.of(numbers[5]),
                positions);
    }
}
