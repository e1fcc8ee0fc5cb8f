package ai.flightmind.train.metrics;

/**
 * Smooths a curve as TensorBoard does: an exponential moving average, divided by the weight that the values so far have, so
 * that it begins at the first of them. Values that are not finite are passed over. Not thread-safe.
 */
public final class MovingAverage {
    private final double smoothing;
    private double weightedSum;
    private double weight;

    /**
     * An average of nothing yet.
     *
     * @param smoothing the part of the old average that stays at each value; from 0, which changes nothing, to below 1
     */
    public MovingAverage(double smoothing) {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("Smoothing is from 0 to below 1, not " + smoothing);
        }
        this.smoothing = smoothing;
    }

    /** Takes a value and gives the average with it; NaN as long as there was none. */
    public double add(double value) {
        if (Double.isFinite(value)) {
            weightedSum = smoothing * weightedSum + (1 - smoothing) * value;
            weight = smoothing * weight + (1 - smoothing);
        }
        return value();
    }

    /** The average of the values so far; NaN if there was none. */
    public double value() {
        return weight == 0 ? Double.NaN : weightedSum / weight;
    }
}
