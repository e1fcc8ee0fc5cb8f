package ai.flightmind.vast.offer;

import ai.flightmind.vast.cost.CostEstimate;
import java.util.List;
import java.util.Locale;

/**
 * An offer that can carry a run to its end.
 *
 * @param dollars expected for the whole run: time, disk, traffic, and what the host's unreliability repeats
 * @param estimate hours, time and dollars of the GPUs alone, without that repetition
 * @param reasons what the dollars are made of and what is not known, in sentences
 */
public record RankedOffer(Offer offer, double dollars, CostEstimate estimate, List<String> reasons) {
    public RankedOffer {
        reasons = List.copyOf(reasons);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "$%,.2f: %s (%s)", dollars, offer, String.join("; ", reasons));
    }
}
