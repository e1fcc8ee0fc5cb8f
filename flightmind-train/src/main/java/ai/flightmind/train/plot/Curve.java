package ai.flightmind.train.plot;

import ai.flightmind.train.metrics.MovingAverage;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Points in the order of x, which is how many steps were done; all of them finite. */
final class Curve {
    private final double[] x;
    private final double[] y;

    Curve(double[] x, double[] y) {
        this.x = x;
        this.y = y;
    }

    double[] x() {
        return x;
    }

    double[] y() {
        return y;
    }

    /** The steps that have the value; only those above 0 where the axis is to be logarithmic. */
    static Curve of(RunMetrics run, Function<StepMetrics, OptionalDouble> value, boolean positive) {
        double[] x = new double[run.steps().size()];
        double[] y = new double[x.length];
        int points = 0;
        for (StepMetrics step : run.steps()) {
            double known = value.apply(step).orElse(Double.NaN);
            if (Double.isFinite(known) && (known > 0 || !positive)) {
                x[points] = step.step() + 1.0;
                y[points] = known;
                points++;
            }
        }
        return new Curve(Arrays.copyOf(x, points), Arrays.copyOf(y, points));
    }

    int points() {
        return x.length;
    }

    Curve smoothed(double smoothing) {
        MovingAverage average = new MovingAverage(smoothing);
        return new Curve(x, Arrays.stream(y).map(average::add).toArray());
    }

    /**
     * What a picture so many columns wide can show of it: of each column's points the first, the lowest, the highest and the
     * last, so that no spike is lost.
     */
    Curve thinned(int columns, boolean logarithmic) {
        if (points() <= 4 * columns) {
            return this;
        }
        double first = scaled(x[0], logarithmic);
        double width = (scaled(x[points() - 1], logarithmic) - first) / columns;
        double[] thinX = new double[4 * (columns + 1)];
        double[] thinY = new double[thinX.length];
        int kept = 0;
        int begin = 0;
        while (begin < points()) {
            int column = (int) ((scaled(x[begin], logarithmic) - first) / width);
            int end = begin + 1;
            int lowest = begin;
            int highest = begin;
            while (end < points() && (int) ((scaled(x[end], logarithmic) - first) / width) == column) {
                lowest = y[end] < y[lowest] ? end : lowest;
                highest = y[end] > y[highest] ? end : highest;
                end++;
            }
            int[] chosen = {begin, lowest, highest, end - 1};
            Arrays.sort(chosen);
            for (int i = 0; i < chosen.length; i++) {
                if (i == 0 || chosen[i] != chosen[i - 1]) {
                    thinX[kept] = x[chosen[i]];
                    thinY[kept] = y[chosen[i]];
                    kept++;
                }
            }
            begin = end;
        }
        return new Curve(Arrays.copyOf(thinX, kept), Arrays.copyOf(thinY, kept));
    }

    private static double scaled(double x, boolean logarithmic) {
        return logarithmic ? Math.log(x) : x;
    }
}
