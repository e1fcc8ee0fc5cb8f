package ai.flightmind.vast.unit;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * An amount of memory, in the service's units: its megabytes are what the driver reports, and a gigabyte is 1,000 of
 * them, as in the command line. An H100 of "80 GB" reports 81,559 MB, so {@code ofGb(80)} is a bound that it meets.
 *
 * @param megabytes 0 or more
 */
public record MemorySize(double megabytes) implements Comparable<MemorySize> {
    private static final double MB_PER_GB = 1_000;

    public MemorySize {
        if (!Double.isFinite(megabytes) || megabytes < 0) {
            throw new IllegalArgumentException("megabytes must be 0 or more, not " + megabytes);
        }
        megabytes += 0.0;
    }

    /** From gigabytes of 1,000 megabytes. */
    public static MemorySize ofGb(double gigabytes) {
        if (!Double.isFinite(gigabytes)) {
            throw new IllegalArgumentException("gigabytes must be a number, not " + gigabytes);
        }
        return new MemorySize(BigDecimal.valueOf(gigabytes).movePointRight(3).doubleValue());
    }

    /** From megabytes. */
    public static MemorySize ofMb(double megabytes) {
        return new MemorySize(megabytes);
    }

    public double gigabytes() {
        return megabytes / MB_PER_GB;
    }

    @Override
    public int compareTo(MemorySize other) {
        return Double.compare(megabytes, other.megabytes);
    }

    @Override
    public String toString() {
        BigDecimal gb = BigDecimal.valueOf(gigabytes()).round(new MathContext(4));
        return (gb.signum() == 0 ? "0" : gb.stripTrailingZeros().toPlainString()) + " GB";
    }
}
