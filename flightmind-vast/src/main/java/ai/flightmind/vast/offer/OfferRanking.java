package ai.flightmind.vast.offer;

import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers in the order of what a whole run is expected to cost on them.
 *
 * <p>The hours follow from the GPU type's throughput and are divided by the number of GPUs. A host of reliability r is
 * expected to lose 1 − r of the time, so that the time paid for is that of the run divided by r.
 *
 * @param ranked the cheapest first
 * @param excluded those that cannot carry the run to its end, each with the reason
 */
public record OfferRanking(List<RankedOffer> ranked, List<ExcludedOffer> excluded) {
    /** Counted where the service says none; below what the guide asks for. */
    private static final double UNKNOWN_RELIABILITY = 0.9;

    private static final double LEAST_RELIABILITY = 0.1;

    public OfferRanking {
        ranked = List.copyOf(ranked);
        excluded = List.copyOf(excluded);
    }

    /** Ranks offers for a run. */
    public static OfferRanking of(List<Offer> offers, Workload run) {
        List<RankedOffer> ranked = new ArrayList<>();
        List<ExcludedOffer> excluded = new ArrayList<>();
        for (Offer offer : offers) {
            String gpuName = offer.gpuName();
            Optional<GpuType> gpu = gpuName == null ? Optional.empty() : GpuType.named(gpuName);
            Long count = offer.numGpus();
            Double price = pricePerHour(offer, run);
            if (gpu.isEmpty()) {
                excluded.add(new ExcludedOffer(offer, "the throughput of a " + gpuName + " is not known here"));
            } else if (count == null || count < 1 || count > Integer.MAX_VALUE) {
                excluded.add(new ExcludedOffer(offer, "the service does not say how many GPUs it has"));
            } else if (price == null || price < 0) {
                excluded.add(new ExcludedOffer(offer, "the service does not say what it costs"));
            } else {
                CostEstimate estimate = priced(offer, CostEstimate.of(run, gpu.get(), count.intValue()));
                String reason = reasonAgainst(offer, estimate);
                if (reason == null) {
                    ranked.add(rank(offer, estimate, price));
                } else {
                    excluded.add(new ExcludedOffer(offer, reason));
                }
            }
        }
        ranked.sort(Comparator.comparingDouble(RankedOffer::dollars));
        return new OfferRanking(ranked, excluded);
    }

    private static @Nullable Double pricePerHour(Offer offer, Workload run) {
        return isPricedAsSearched(offer, run) ? offer.pricePerHour() : offer.pricePerHour(run.diskGb());
    }

    private static boolean isPricedAsSearched(Offer offer, Workload run) {
        return run.diskGb() == 0 || offer.pricePerHour(run.diskGb()) == null;
    }

    private static CostEstimate priced(Offer offer, CostEstimate estimate) {
        Double gpus = offer.gpuPricePerHour();
        Double bid = Boolean.TRUE.equals(offer.isBid()) ? gpus : offer.minBidPerHour();
        CostEstimate priced = estimate;
        if (gpus != null && gpus >= 0 && !Boolean.TRUE.equals(offer.isBid())) {
            priced = priced.withOnDemandPrice(gpus / estimate.gpuCount());
        }
        return bid == null || bid < 0 ? priced : priced.withInterruptiblePrice(bid / estimate.gpuCount());
    }

    private static @Nullable String reasonAgainst(Offer offer, CostEstimate estimate) {
        Workload run = estimate.workload();
        Duration time = expectedTime(offer, estimate);
        Duration rental = offer.maxDuration();
        MemorySize ram = offer.gpuRam();
        Double disk = offer.diskSpaceGb();
        if (rental != null && rental.compareTo(time) < 0) {
            return "its rental ends in " + shown(rental) + ", the run takes " + shown(time);
        } else if (ram != null && ram.gigabytes() < run.stateGb()) {
            return String.format(
                    Locale.ROOT,
                    "each GPU has %s, weights, gradients and moments alone take %.1f GB",
                    ram,
                    run.stateGb());
        } else if (disk != null && disk < run.diskGb()) {
            return String.format(Locale.ROOT, "it has %.0f GB of disk, the run needs %.0f", disk, run.diskGb());
        }
        return null;
    }

    private static double reliability(Offer offer) {
        Double known = offer.reliability() == null ? offer.reliability2() : offer.reliability();
        return Math.max(LEAST_RELIABILITY, Math.min(1, known == null ? UNKNOWN_RELIABILITY : known));
    }

    private static Duration expectedTime(Offer offer, CostEstimate estimate) {
        return Duration.ofSeconds(Math.round(estimate.wallTime().toSeconds() / reliability(offer)));
    }

    private static RankedOffer rank(Offer offer, CostEstimate estimate, double pricePerHour) {
        List<String> reasons = new ArrayList<>();
        double reliability = reliability(offer);
        double hours = expectedTime(offer, estimate).toSeconds() / 3_600.0;
        double time = hours * pricePerHour;
        reasons.add(String.format(
                Locale.ROOT,
                "$%.2f for %.1f h at $%.3f/h%s",
                time,
                hours,
                pricePerHour,
                isPricedAsSearched(offer, estimate.workload()) ? " with the disk that was searched for" : ""));
        reasons.add(String.format(
                Locale.ROOT,
                "%,.0f tokens/s on %d x %s",
                estimate.tokensPerSecond(),
                estimate.gpuCount(),
                estimate.gpu()));
        reasons.add(
                offer.reliability() == null && offer.reliability2() == null
                        ? "reliability not known, counted as " + UNKNOWN_RELIABILITY
                        : String.format(
                                Locale.ROOT, "reliability %.3f adds $%.2f", reliability, time * (1 - reliability)));
        double traffic = traffic(offer, estimate.workload(), reasons);
        Duration rental = offer.maxDuration();
        reasons.add(rental == null ? "the end of the rental is not known" : "can be rented for " + shown(rental));
        Double nvlink = offer.nvlinkGbPerSecond();
        if (estimate.gpuCount() > 1 && (nvlink == null || nvlink <= 0)) {
            reasons.add("no NVLink: expect less than this throughput");
        }
        if (Boolean.TRUE.equals(offer.isBid())) {
            reasons.add("at a bid: the time while someone bids more is not counted");
        }
        return new RankedOffer(offer, time + traffic, estimate, reasons);
    }

    private static double traffic(Offer offer, Workload run, List<String> reasons) {
        double dollars = 0;
        if (run.downloadGb() > 0) {
            dollars += traffic("download", run.downloadGb(), offer.inetDownPricePerGb(), reasons);
        }
        if (run.uploadGb() > 0) {
            dollars += traffic("upload", run.uploadGb(), offer.inetUpPricePerGb(), reasons);
        }
        return dollars;
    }

    private static double traffic(String name, double gb, @Nullable Double pricePerGb, List<String> reasons) {
        if (pricePerGb == null) {
            reasons.add("the price of " + name + " is not known");
            return 0;
        }
        reasons.add(String.format(Locale.ROOT, "$%.2f for %.0f GB of %s", gb * pricePerGb, gb, name));
        return gb * pricePerGb;
    }

    private static String shown(Duration duration) {
        return duration.toHours() < 48
                ? String.format(Locale.ROOT, "%.1f h", duration.toMinutes() / 60.0)
                : String.format(Locale.ROOT, "%.1f days", duration.toMinutes() / 1_440.0);
    }

    /** A table of the ranked, then the excluded with their reasons. */
    @Override
    public String toString() {
        TextTable table = new TextTable("$ run", "Hours", "ID", "GPUs", "GPU", "$/h", "Rel.", "Why");
        for (RankedOffer one : ranked) {
            Double reliability = one.offer().reliability();
            Double price = one.offer().pricePerHour();
            table.row(
                    String.format(Locale.ROOT, "%.2f", one.dollars()),
                    String.format(Locale.ROOT, "%.1f", one.estimate().wallTime().toMinutes() / 60.0),
                    String.valueOf(one.offer().id()),
                    String.valueOf(one.estimate().gpuCount()),
                    one.estimate().gpu().name(),
                    price == null ? "-" : String.format(Locale.ROOT, "%.3f", price),
                    reliability == null ? "-" : String.format(Locale.ROOT, "%.3f", reliability),
                    String.join("; ", one.reasons()));
        }
        StringBuilder text = new StringBuilder(ranked.isEmpty() ? "No offer can carry the run\n" : table.toString());
        excluded.forEach(one -> text.append("Excluded: ").append(one).append('\n'));
        return text.toString();
    }
}
