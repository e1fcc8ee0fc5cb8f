package ai.flightmind.train.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run has cost so far: a price per hour, since this meter was made, and what its earlier processes cost.
 * A run whose price nobody said has no cost. An immutable value; thread-safe.
 */
public final class CostMeter {
    private final @Nullable PricePerHour price;
    private final double dollarsBefore;
    private final LongSupplier nanoTime;
    private final long beginNanos;

    private CostMeter(@Nullable PricePerHour price, double dollarsBefore, LongSupplier nanoTime, long beginNanos) {
        this.price = price;
        this.dollarsBefore = dollarsBefore;
        this.nanoTime = nanoTime;
        this.beginNanos = beginNanos;
    }

    /** At this price, from now on. */
    public static CostMeter at(PricePerHour price) {
        return new CostMeter(price, 0, System::nanoTime, System.nanoTime());
    }

    static CostMeter at(PricePerHour price, LongSupplier nanoTime) {
        return new CostMeter(price, 0, nanoTime, nanoTime.getAsLong());
    }

    /** At the price of {@link PricePerHour#fromEnvironment}; without a cost if there is none. */
    public static CostMeter fromEnvironment() {
        return PricePerHour.fromEnvironment().map(CostMeter::at).orElseGet(CostMeter::unknown);
    }

    /** Without a cost. */
    public static CostMeter unknown() {
        return new CostMeter(null, 0, System::nanoTime, System.nanoTime());
    }

    /** As {@link #fromEnvironment}, after what a resumed run's metrics say it cost before; they need not exist. */
    public static CostMeter continuing(Path metrics) {
        return fromEnvironment().after(metrics);
    }

    /**
     * The same, after what the newest line of these metrics says was spent: also what went into steps that are done again
     * counts. They need not exist.
     */
    public CostMeter after(Path metrics) {
        if (!Files.exists(metrics)) {
            return this;
        }
        OptionalDouble spent =
                RunMetrics.read(metrics).last().map(StepMetrics::dollars).orElse(OptionalDouble.empty());
        return new CostMeter(price, dollarsBefore + spent.orElse(0), nanoTime, beginNanos);
    }

    /** What is paid for now, if that is known. */
    public Optional<PricePerHour> price() {
        return Optional.ofNullable(price);
    }

    /** Dollars up to now; empty if the price is not known. */
    public OptionalDouble dollars() {
        return price == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(dollarsBefore + price.over(Duration.ofNanos(nanoTime.getAsLong() - beginNanos)));
    }
}
