package ai.flightmind.vast.run;

import ai.flightmind.vast.watch.MetricsLine;
import java.util.OptionalDouble;

/** How far training is, from the metrics' lines. Thread-safe. */
final class TrainingProgress {
    private final long tokensPlanned;
    private long lastStep = -1;
    private long tokens;
    private OptionalDouble loss = OptionalDouble.empty();
    private OptionalDouble bestValidationLoss = OptionalDouble.empty();

    TrainingProgress(long tokensPlanned) {
        this.tokensPlanned = tokensPlanned;
    }

    synchronized void at(MetricsLine line) {
        lastStep = line.step();
        tokens = line.tokens().orElse(tokens);
        loss = line.loss();
        if (line.validationLoss().isPresent()) {
            double now = line.validationLoss().getAsDouble();
            bestValidationLoss = OptionalDouble.of(Math.min(now, bestValidationLoss.orElse(now)));
        }
    }

    /** −1 before the first. */
    synchronized long lastStep() {
        return lastStep;
    }

    synchronized long tokens() {
        return tokens;
    }

    synchronized long tokensLeft() {
        return Math.max(0, tokensPlanned - tokens);
    }

    synchronized OptionalDouble loss() {
        return loss;
    }

    synchronized OptionalDouble bestValidationLoss() {
        return bestValidationLoss;
    }
}
