package ai.flightmind.vast.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.vast.cost.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

class OfferRankingTest {
    private static final Workload D24 = Workload.builder()
            .parameters(956_376_576)
            .tokens(95_000L * 524_288)
            .diskGb(500)
            .downloadGb(100)
            .uploadGb(50)
            .build();

    @Test
    void dollarsAreThoseOfTheWholeRun() {
        OfferRanking ranking = OfferRanking.of(List.of(OfferRows.offer(1)), D24);

        RankedOffer only = ranking.ranked().get(0);
        double hours = only.estimate().gpuHours() / 4 / 0.99;
        assertThat(only.dollars()).isCloseTo(hours * 8.1 + 100 * 0.002 + 50 * 0.004, within(0.01));
        assertThat(only.reasons())
                .anySatisfy(reason -> assertThat(reason).contains("at $8.100/h"))
                .anySatisfy(reason -> assertThat(reason).contains("tokens/s on 4 x H100 SXM"))
                .anySatisfy(reason -> assertThat(reason).contains("reliability 0.990 adds"))
                .anySatisfy(reason -> assertThat(reason).contains("$0.20 for 100 GB of download"))
                .anySatisfy(reason -> assertThat(reason).contains("can be rented for 10.0 days"));
        assertThat(only.estimate().onDemandDollars().orElseThrow())
                .isCloseTo(only.estimate().gpuHours() * 2, within(0.01));
        assertThat(only.estimate().interruptibleDollars()).isEmpty();
        assertThat(ranking.excluded()).isEmpty();
    }

    @Test
    void aBidsPriceIsInterruptible() {
        Offer onDemand = OfferRows.offer(1, "min_bid", 4.0);
        Offer bid = OfferRows.offer(2, "is_bid", true, "dph_base", 4.0);

        assertThat(OfferRanking.of(List.of(bid), D24).ranked().get(0).reasons().toString())
                .contains("while someone bids more");
        assertThat(OfferRanking.of(List.of(onDemand, bid), D24).ranked())
                .allSatisfy(
                        one -> assertThat(one.estimate().interruptibleDollars().orElseThrow())
                                .isCloseTo(one.estimate().gpuHours(), within(0.01)));
    }

    @Test
    void aDearerHourOfFasterGpusCanBeTheCheaperRun() {
        Offer slow = OfferRows.offer(1, "gpu_name", "A100 SXM4", "dph_base", 5.0, "duration", 1e8);
        Offer fast = OfferRows.offer(2, "dph_base", 9.0);

        assertThat(OfferRanking.of(List.of(slow, fast), D24).ranked())
                .extracting(one -> one.offer().id())
                .containsExactly(2L, 1L);
    }

    @Test
    void reliabilityAndTrafficDecideBetweenEqualPrices() {
        Offer shaky = OfferRows.offer(1, "reliability", 0.9);
        Offer dearTraffic = OfferRows.offer(2, "inet_up_cost", 0.2);
        Offer good = OfferRows.offer(3);

        assertThat(OfferRanking.of(List.of(shaky, dearTraffic, good), D24).ranked())
                .extracting(one -> one.offer().id())
                .containsExactly(3L, 2L, 1L);
    }

    @Test
    void whatCannotCarryTheRunIsExcludedAndSaidSo() {
        OfferRanking ranking = OfferRanking.of(
                List.of(
                        OfferRows.offer(1, "duration", 2.0 * 86_400),
                        OfferRows.offer(2, "gpu_name", "GTX 1080"),
                        OfferRows.offer(3, "gpu_ram", 12_000.0),
                        OfferRows.offer(4, "disk_space", 100.0),
                        OfferRows.without(5, "num_gpus"),
                        OfferRows.without(6, "dph_total", "dph_base"),
                        OfferRows.without(7, "gpu_name")),
                D24);

        assertThat(ranking.ranked()).isEmpty();
        assertThat(ranking.excluded())
                .extracting(ExcludedOffer::reason)
                .satisfiesExactly(
                        rental -> assertThat(rental).contains("rental ends in 2.0 days", "the run takes 2.8 days"),
                        gpu -> assertThat(gpu).contains("throughput of a GTX 1080"),
                        memory -> assertThat(memory).contains("12 GB", "15.3 GB"),
                        disk -> assertThat(disk).contains("100 GB of disk"),
                        count -> assertThat(count).contains("how many GPUs"),
                        price -> assertThat(price).contains("what it costs"),
                        name -> assertThat(name).contains("not known"));
        assertThat(ranking.toString()).contains("No offer can carry the run", "Excluded: Offer 1", "rental ends");
    }

    @Test
    void whatTheServiceLeavesOutIsSaid() {
        Offer vague = OfferRows.without(
                1, "reliability", "duration", "inet_down_cost", "bw_nvlink", "storage_cost", "gpu_ram", "disk_space");

        OfferRanking ranking = OfferRanking.of(List.of(vague), D24);

        assertThat(ranking.ranked().get(0).reasons().toString())
                .contains(
                        "with the disk that was searched for",
                        "reliability not known, counted as 0.9",
                        "the price of download is not known",
                        "the end of the rental is not known",
                        "no NVLink");
        assertThat(ranking.toString().lines().toList()).hasSize(2);
    }
}
