package ai.flightmind.train;

/**
 * A schedule: linear warmup from (nearly) 0 to the maximum, then half a cosine down to the minimum at the run's last
 * step (Loshchilov and Hutter, "SGDR", 2017). An immutable value.
 *
 * @param max reached at the end of warmup
 * @param min reached at the end of the run
 * @param warmupSteps how many steps warmup takes; default 500
 */
public record LearningRate(double max, double min, long warmupSteps) {
    private static final long DEFAULT_WARMUP_STEPS = 500;

    public LearningRate {
        if (!(max > 0) || Double.isInfinite(max)) {
            throw new IllegalArgumentException("The maximal learning rate must be positive, not " + max);
        }
        if (!(min >= 0) || min > max) {
            throw new IllegalArgumentException(
                    "The minimal learning rate must be from 0 to the maximal " + max + ", not " + min);
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("Warmup cannot take " + warmupSteps + " steps");
        }
    }

    /** From {@code max} to {@code min} along a cosine, after 500 steps of warmup. */
    public static LearningRate cosine(double max, double min) {
        return new LearningRate(max, min, DEFAULT_WARMUP_STEPS);
    }

    /** How many steps warmup takes. */
    public LearningRate warmup(long steps) {
        return new LearningRate(max, min, steps);
    }

    /**
     * The rate of a step.
     *
     * @param step from 0
     * @param maxSteps of the whole run
     */
    public double at(long step, long maxSteps) {
        if (step < warmupSteps) {
            return max * (step + 1) / warmupSteps;
        }
        if (step >= maxSteps) {
            return min;
        }
        double progress = (double) (step - warmupSteps) / (maxSteps - warmupSteps);
        return min + 0.5 * (1 + Math.cos(Math.PI * progress)) * (max - min);
    }
}
