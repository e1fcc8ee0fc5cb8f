package ai.flightmind.vast.cost;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a run takes on a number of GPUs of one type: their hours, the time, and the dollars where a price is given. As
 * in the guide, the GPU-hours do not depend on the number of GPUs. An immutable value.
 *
 * <pre>{@code
 * CostEstimate estimate = CostEstimate.of(d24, GpuType.H100_SXM, 4).withOnDemandPrice(2.00);
 * // 268 GPU-hours, 67 h on 4 GPUs, $536 on demand
 * }</pre>
 */
public final class CostEstimate {
    private static final double SECONDS_PER_HOUR = 3_600;
    private static final double LONGEST_SECONDS = 1e12;

    private final Workload workload;
    private final GpuType gpu;
    private final int gpuCount;
    private final @Nullable Double onDemandPrice;
    private final @Nullable Double interruptiblePrice;

    private CostEstimate(
            Workload workload,
            GpuType gpu,
            int gpuCount,
            @Nullable Double onDemandPrice,
            @Nullable Double interruptiblePrice) {
        this.workload = workload;
        this.gpu = gpu;
        this.gpuCount = gpuCount;
        this.onDemandPrice = onDemandPrice;
        this.interruptiblePrice = interruptiblePrice;
    }

    /** Without prices. */
    public static CostEstimate of(Workload workload, GpuType gpu, int gpuCount) {
        if (gpuCount < 1) {
            throw new IllegalArgumentException("gpuCount must be at least 1, not " + gpuCount);
        }
        return new CostEstimate(workload, gpu, gpuCount, null, null);
    }

    /** With an on-demand price, in dollars for an hour of one GPU. */
    public CostEstimate withOnDemandPrice(double perGpuHour) {
        return new CostEstimate(workload, gpu, gpuCount, requirePrice(perGpuHour), interruptiblePrice);
    }

    /** With a price for bids, in dollars for an hour of one GPU. */
    public CostEstimate withInterruptiblePrice(double perGpuHour) {
        return new CostEstimate(workload, gpu, gpuCount, onDemandPrice, requirePrice(perGpuHour));
    }

    private static double requirePrice(double perGpuHour) {
        if (!Double.isFinite(perGpuHour) || perGpuHour < 0) {
            throw new IllegalArgumentException("a price must be 0 or more, not " + perGpuHour);
        }
        return perGpuHour;
    }

    public Workload workload() {
        return workload;
    }

    public GpuType gpu() {
        return gpu;
    }

    public int gpuCount() {
        return gpuCount;
    }

    /** Tokens per second of all GPUs together. */
    public double tokensPerSecond() {
        return gpuCount * workload.tokensPerSecond(gpu);
    }

    public double gpuHours() {
        return workload.tokens() / workload.tokensPerSecond(gpu) / SECONDS_PER_HOUR;
    }

    public Duration wallTime() {
        return Duration.ofSeconds(Math.round(Math.min(LONGEST_SECONDS, gpuHours() / gpuCount * SECONDS_PER_HOUR)));
    }

    /** Dollars on demand; empty without that price. Neither disk nor traffic. */
    public OptionalDouble onDemandDollars() {
        return dollars(onDemandPrice);
    }

    /** Dollars at a bid that is never outbid; empty without that price. Neither disk nor traffic. */
    public OptionalDouble interruptibleDollars() {
        return dollars(interruptiblePrice);
    }

    private OptionalDouble dollars(@Nullable Double perGpuHour) {
        return perGpuHour == null ? OptionalDouble.empty() : OptionalDouble.of(gpuHours() * perGpuHour);
    }

    /** In one line, for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%,.0f GPU-hours, %,.0f h on %d x %s", gpuHours(), gpuHours() / gpuCount, gpuCount, gpu));
        onDemandDollars().ifPresent(dollars -> text.append(String.format(Locale.ROOT, ", $%,.0f on demand", dollars)));
        interruptibleDollars()
                .ifPresent(dollars -> text.append(String.format(Locale.ROOT, ", $%,.0f interruptible", dollars)));
        return text.append(workload.isMeasured() ? " (by measured throughput)" : " (planned throughput)")
                .toString();
    }
}
