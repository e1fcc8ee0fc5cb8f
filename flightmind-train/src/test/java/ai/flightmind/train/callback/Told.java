package ai.flightmind.train.callback;

import ai.flightmind.model.AttentionKernel;
import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Events as a run of depth 2, vocabulary 512 and 504 tokens per step tells them, for tests of callbacks. */
public final class Told {
    private static final long TOKENS_PER_STEP = 504;

    private Told() {}

    public static RunStart start(long firstStep) {
        return start(firstStep, 100, Optional.empty());
    }

    public static RunStart start(long firstStep, long maxSteps, Optional<Path> resumedFrom) {
        Map<String, String> hyperparameters = new LinkedHashMap<>();
        hyperparameters.put("depth", "2");
        hyperparameters.put("learning_rate", "6.0E-4");
        hyperparameters.put("precision", "fp32");
        return new RunStart(
                GptConfig.builder().depth(2).vocabSize(512).sequenceLength(64).build(),
                Device.cpu(),
                Precision.FP32,
                AttentionKernel.PRODUCTS,
                0,
                1,
                firstStep,
                maxSteps,
                4,
                2,
                TOKENS_PER_STEP,
                3_125,
                64,
                resumedFrom,
                hyperparameters);
    }

    public static StepBuilder step(long step) {
        return new StepBuilder(step);
    }

    /** A step of a run of 100, with a loss of 3. */
    public static final class StepBuilder {
        private final long step;
        private long maxSteps = 100;
        private double loss = 3;
        private double learningRate = 6e-4;
        private double gradientNorm = 1;
        private boolean skipped;
        private OptionalDouble validationLoss = OptionalDouble.empty();
        private double tokensPerSecond = 2_000;
        private double averageTokensPerSecond = 1_000;
        private OptionalDouble flopsUtilisation = OptionalDouble.empty();
        private Duration communication = Duration.ZERO;
        private Duration elapsed = Duration.ofSeconds(5);
        private Duration remaining = Duration.ofSeconds(7);

        private StepBuilder(long step) {
            this.step = step;
        }

        public StepBuilder maxSteps(long maxSteps) {
            this.maxSteps = maxSteps;
            return this;
        }

        public StepBuilder loss(double loss) {
            this.loss = loss;
            return this;
        }

        public StepBuilder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        public StepBuilder gradientNorm(double gradientNorm) {
            this.gradientNorm = gradientNorm;
            return this;
        }

        public StepBuilder skipped(boolean skipped) {
            this.skipped = skipped;
            return this;
        }

        public StepBuilder validationLoss(OptionalDouble validationLoss) {
            this.validationLoss = validationLoss;
            return this;
        }

        public StepBuilder validationLoss(double validationLoss) {
            return validationLoss(OptionalDouble.of(validationLoss));
        }

        public StepBuilder tokensPerSecond(double tokensPerSecond) {
            this.tokensPerSecond = tokensPerSecond;
            return this;
        }

        public StepBuilder averageTokensPerSecond(double averageTokensPerSecond) {
            this.averageTokensPerSecond = averageTokensPerSecond;
            return this;
        }

        public StepBuilder flopsUtilisation(OptionalDouble flopsUtilisation) {
            this.flopsUtilisation = flopsUtilisation;
            return this;
        }

        public StepBuilder communication(Duration communication) {
            this.communication = communication;
            return this;
        }

        public StepBuilder elapsed(Duration elapsed) {
            this.elapsed = elapsed;
            return this;
        }

        public StepBuilder remaining(Duration remaining) {
            this.remaining = remaining;
            return this;
        }

        public Step build() {
            return new Step(
                    step,
                    maxSteps,
                    loss,
                    learningRate,
                    gradientNorm,
                    skipped,
                    validationLoss,
                    TOKENS_PER_STEP * (step + 1),
                    tokensPerSecond,
                    averageTokensPerSecond,
                    flopsUtilisation,
                    0.01,
                    Duration.ofMillis(250),
                    communication,
                    Optional.empty(),
                    elapsed,
                    remaining,
                    Map.of());
        }
    }
}
