package ai.flightmind.train.plot;

import ai.flightmind.train.metrics.StepMetrics;
import java.util.OptionalDouble;

/** What can be plotted over the steps of a run. */
public enum Quantity {
    /** The loss in nats, with the validation loss where there was one. */
    LOSS("loss (nats)"),
    /** Tokens per second over all ranks, of each step alone. */
    THROUGHPUT("tokens per second"),
    LEARNING_RATE("learning rate"),
    /** Before clipping. */
    GRADIENT_NORM("gradient norm"),
    /** MFU, in percent. */
    UTILISATION("MFU (%)"),
    COST("dollars");

    private final String axis;

    Quantity(String axis) {
        this.axis = axis;
    }

    /** What its axis is called. */
    String axis() {
        return axis;
    }

    OptionalDouble of(StepMetrics step) {
        return switch (this) {
            case LOSS -> step.loss();
            case THROUGHPUT -> step.tokensPerSecond();
            case LEARNING_RATE -> step.learningRate();
            case GRADIENT_NORM -> step.gradientNorm();
            case UTILISATION ->
                step.flopsUtilisation().isPresent()
                        ? OptionalDouble.of(100 * step.flopsUtilisation().getAsDouble())
                        : OptionalDouble.empty();
            case COST -> step.dollars();
        };
    }
}
