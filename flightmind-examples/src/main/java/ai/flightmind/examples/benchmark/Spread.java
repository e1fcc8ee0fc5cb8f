package ai.flightmind.examples.benchmark;

import java.util.stream.DoubleStream;

/** How values lie, of which there is at least one. Between two of them quartiles are interpolated. */
public record Spread(double min, double lowerQuartile, double median, double upperQuartile, double max) {
    public static Spread of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("Nothing was measured");
        }
        return new Spread(sorted[0], at(0.25, sorted), at(0.5, sorted), at(0.75, sorted), sorted[sorted.length - 1]);
    }

    private static double at(double part, double[] sorted) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
