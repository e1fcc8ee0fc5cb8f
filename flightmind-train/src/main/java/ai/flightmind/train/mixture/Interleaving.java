package ai.flightmind.train.mixture;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An endless order in which sources take turns by weight, evenly: at each place the source that is furthest behind its
 * due ("smooth weighted round-robin"; nginx has it for its upstreams). After one period each source has had exactly its
 * share, so every count is exact, and what stands before a place is looked up. Immutable.
 */
final class Interleaving {
    /** Weights are taken to this fraction. */
    private static final int RESOLUTION = 10_000;

    private final int[] shares; // of a period
    private final int period;
    private final int[][] before; // by source and place within the period

    /** @param weights 0 or more each, not all 0; only their ratios matter */
    Interleaving(List<Double> weights) {
        this.shares = shares(weights);
        this.period = Arrays.stream(shares).sum();
        this.before = new int[shares.length][period + 1];
        int[] due = new int[shares.length];
        for (int place = 0; place < period; place++) {
            int next = 0;
            for (int source = 0; source < shares.length; source++) {
                due[source] += shares[source];
                next = due[source] > due[next] ? source : next;
            }
            due[next] -= period;
            for (int source = 0; source < shares.length; source++) {
                before[source][place + 1] = before[source][place] + (source == next ? 1 : 0);
            }
        }
    }

    /** How many of the places before this one are the source's. */
    long before(int source, long place) {
        return place / period * shares[source] + before[source][(int) (place % period)];
    }

    /** In ten-thousandths with the largest remainders rounded up, then reduced to lowest terms. */
    private static int[] shares(List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        double[] exact = weights.stream()
                .mapToDouble(weight -> weight / sum * RESOLUTION)
                .toArray();
        int[] shares = Arrays.stream(exact).mapToInt(each -> (int) each).toArray();
        int left = RESOLUTION - Arrays.stream(shares).sum();
        IntStream.range(0, exact.length)
                .filter(source -> exact[source] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(source -> shares[source] - exact[source]))
                .limit(left)
                .forEach(source -> shares[source]++);
        for (int source = 0; source < exact.length; source++) {
            if (exact[source] > 0 && shares[source] == 0) {
                throw new IllegalArgumentException("A weight of " + weights.get(source) + " is less than one in "
                        + RESOLUTION + " of all weights' sum, " + sum + ". Raise it, or leave the source out.");
            }
        }
        int divisor = Arrays.stream(shares).reduce(0, Interleaving::greatestCommonDivisor);
        return Arrays.stream(shares).map(share -> share / divisor).toArray();
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
