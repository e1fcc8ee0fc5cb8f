package ai.flightmind.train.callback;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A finished step.
 *
 * @param step its number, from 0
 * @param maxSteps how many there will be
 * @param loss the mean cross-entropy of its targets, in nats
 * @param learningRate used for its update
 * @param gradientNorm before clipping
 * @param skipped whether the update was left out because the loss or the gradient was not finite
 * @param validationLoss if the model was evaluated after this step
 * @param tokens targets trained on since step 0, over all processes of the run; of conversations those that are learned
 * @param tokensPerSecond of this step alone, over all ranks; of conversations all tokens that are read, as their work is the
 *     same
 * @param averageTokensPerSecond since this process began to train
 * @param flopsUtilisation MFU: achieved over peak operations per second of all ranks, from 0 to 1, where the device's peak is known
 * @param dataShare the part of the step's time spent reading data, from 0 to 1
 * @param duration of this step, without evaluation and checkpoint
 * @param communication time spent waiting for other ranks: what of averaging gradients was not hidden behind the
 *     backward pass, and agreeing on the loss; zero in a process alone
 * @param phases where its time went; on a GPU only with {@link ai.flightmind.train.Trainer.Builder#measurePhases}
 * @param elapsed since this process began to train
 * @param remaining estimated, to the end of the run
 * @param sourceRows rows read since step 0 of each source of a mixture, by name; empty where there is one table
 */
public record Step(
        long step,
        long maxSteps,
        double loss,
        double learningRate,
        double gradientNorm,
        boolean skipped,
        OptionalDouble validationLoss,
        long tokens,
        double tokensPerSecond,
        double averageTokensPerSecond,
        OptionalDouble flopsUtilisation,
        double dataShare,
        Duration duration,
        Duration communication,
        Optional<Phases> phases,
        Duration elapsed,
        Duration remaining,
        Map<String, Long> sourceRows) {
    public Step {
        sourceRows = Collections.unmodifiableMap(new LinkedHashMap<>(sourceRows));
    }

    /** Whether this is the run's last step. */
    public boolean last() {
        return step == maxSteps - 1;
    }
}
