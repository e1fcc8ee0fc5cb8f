package ai.flightmind.vast.plan;

/**
 * The short run before the long one, on all GPUs.
 *
 * @param steps how many steps
 * @param shareOfEstimate the least tokens per second, as a share of what the estimate says for the GPUs; 0 for any
 */
public record DryRun(int steps, double shareOfEstimate) {
    public DryRun {
        if (steps < 2) {
            throw new IllegalArgumentException("A dry run has at least 2 steps, not " + steps);
        }
        if (!(shareOfEstimate >= 0 && shareOfEstimate <= 1)) {
            throw new IllegalArgumentException("The share of the estimate is from 0 to 1, not " + shareOfEstimate);
        }
    }

    /** How long, as {@link RunPlan.Builder#dryRun} takes it. */
    public record Steps(int count) {}

    /** A lower bound. */
    public record AtLeast(double share) {}

    /** What is asked of the speed. */
    public record ExpectedSpeed(AtLeast bound) {}

    /** So many steps. */
    public static Steps steps(int count) {
        return new Steps(count);
    }

    /** At least this share, from 0 to 1. */
    public static AtLeast atLeast(double share) {
        return new AtLeast(share);
    }

    /** As a share of the estimate for these GPUs, from 0 to 1. */
    public static ExpectedSpeed expectTokensPerSecond(AtLeast shareOfEstimate) {
        return new ExpectedSpeed(shareOfEstimate);
    }
}
