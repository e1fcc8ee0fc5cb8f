package ai.flightmind.vast;

import static ai.flightmind.vast.instance.Access.direct;
import static ai.flightmind.vast.query.OfferField.BW_NVLINK;
import static ai.flightmind.vast.query.OfferField.CUDA_MAX_GOOD;
import static ai.flightmind.vast.query.OfferField.DIRECT_PORT_COUNT;
import static ai.flightmind.vast.query.OfferField.DISK_SPACE;
import static ai.flightmind.vast.query.OfferField.DPH_TOTAL;
import static ai.flightmind.vast.query.OfferField.GPU_NAME;
import static ai.flightmind.vast.query.OfferField.INET_DOWN;
import static ai.flightmind.vast.query.OfferField.NUM_GPUS;
import static ai.flightmind.vast.query.OfferField.RELIABILITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.offer.OfferRanking;
import ai.flightmind.vast.offer.QueryExplanation;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.query.OfferType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VastClientTest {
    private final FakeMarketplace fake = FakeMarketplace.start()
            .add(FakeOffer.h100(11, 4, 9.6))
            .add(FakeOffer.h100(12, 4, 8.4))
            .add(FakeOffer.h100(13, 8, 16))
            .add(FakeOffer.h100(14, 4, 7).with("inet_down", 90.0))
            .add(FakeOffer.h100(15, 4, 6).with("duration", 86_400.0));
    private final VastClient vast = fake.client();

    @AfterEach
    void close() {
        vast.close();
        fake.close();
    }

    private static OfferQuery.Builder query() {
        return OfferQuery.builder()
                .where(GPU_NAME)
                .eq("H100_SXM")
                .where(NUM_GPUS)
                .eq(4)
                .where(BW_NVLINK)
                .gt(200)
                .where(RELIABILITY)
                .gt(0.95)
                .where(DIRECT_PORT_COUNT)
                .gt(0)
                .where(DISK_SPACE)
                .gte(500)
                .where(INET_DOWN)
                .gt(500)
                .where(CUDA_MAX_GOOD)
                .gte(13.0)
                .type(OfferType.ON_DEMAND)
                .orderBy(DPH_TOTAL.ascending())
                .diskGb(500);
    }

    private static InstanceSpec spec() {
        return InstanceSpec.builder()
                .image("vastai/pytorch")
                .diskGb(500)
                .ssh(direct())
                .label("d24")
                .env("NCCL_NVLS_ENABLE", "0")
                .build();
    }

    @Test
    void aMachineIsFoundRentedWaitedForAndDestroyed() {
        List<Offer> offers = vast.offers().search(query().build());
        assertThat(offers).extracting(Offer::id).containsExactly(15L, 12L, 11L);
        assertThat(offers.toString()).contains("H100 SXM", "Norway, NO");

        Instance instance = vast.instances().create(offers.get(1), spec());
        instance = vast.instances().awaitRunning(instance.id(), Duration.ofMinutes(15));

        assertThat(instance.sshAddress()).isNotNull();
        assertThat(instance.env()).containsEntry("NCCL_NVLS_ENABLE", "0");
        assertThat(vast.offers().search(query().build())).extracting(Offer::id).containsExactly(15L, 11L);
        assertThatThrownBy(() -> vast.instances().create(12, spec())).isInstanceOf(OfferGoneException.class);
        vast.instances().destroy(instance.id());
        fake.assertNothingRented();
    }

    @Test
    void aSearchThatFindsNothingIsExplained() {
        QueryExplanation why =
                vast.offers().explain(query().where(INET_DOWN).gt(9000).build());

        assertThat(why.matches()).isZero();
        assertThat(why.relaxed().get(0).condition().field()).isEqualTo("inet_down");
        assertThat(why.relaxed().get(0).excluded()).isEqualTo(4);
    }

    @Test
    void offersAreRankedByTheWholeRun() {
        Workload d24 = Workload.builder()
                .parameters(956_000_000)
                .tokens(95_000L * 524_288)
                .diskGb(500)
                .build();

        OfferRanking ranking = vast.offers().rank(query().build(), d24);

        assertThat(ranking.ranked()).extracting(ranked -> ranked.offer().id()).containsExactly(12L, 11L);
        assertThat(ranking.excluded())
                .singleElement()
                .satisfies(excluded -> assertThat(excluded.offer().id()).isEqualTo(15));
    }

    @Test
    void aRowThatContradictsTheQueryIsLeftOut() {
        fake.faults(request -> request.startsWith("POST /api/v0/bundles") ? Fault.UNFILTERED : Fault.NONE);

        assertThat(vast.offers().search(query().build()))
                .extracting(Offer::id)
                .containsExactlyInAnyOrder(15L, 12L, 11L);
    }

    @Test
    void anAnswerThatIsNoListOfOffersIsAnError() {
        fake.faults(request -> Fault.WRONG_SHAPE);

        assertThatThrownBy(() -> vast.offers().search(query().build())).isInstanceOf(DataException.class);
    }

    @Test
    void aSearchStartsAtOnceOnAWarmMachine() {
        AtomicLong arrived = new AtomicLong();
        fake.faults(request -> {
            arrived.set(System.nanoTime());
            return Fault.NONE;
        });
        Duration spent = Duration.ofDays(1);
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            try (VastClient fresh = fake.client()) {
                fresh.offers().search(OfferQuery.parse("gpu_name=H100_SXM num_gpus=4"));
            }
            Duration once = Duration.ofNanos(arrived.get() - start);
            spent = once.compareTo(spent) < 0 ? once : spent;
        }

        System.out.println("A new client's search reached the service after " + spent.toMillis() + " ms");
        assertThat(spent).isLessThan(Duration.ofMillis(300));
    }

    @Test
    void noTorchIsOnTheClassPath() {
        assertThatThrownBy(() -> Class.forName("org.bytedeco.pytorch.Tensor"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void anOfferThatDoesNotGoWithTheSpecIsNotRented() {
        fake.add(FakeOffer.h100(20, 1, 2).with("is_bid", true))
                .add(FakeOffer.h100(21, 2, 2).with("disk_space", 100.0));
        Offer bid = vast.offers().search(OfferQuery.parse("num_gpus=1")).get(0);
        Offer small = vast.offers().search(OfferQuery.parse("num_gpus=2")).get(0);

        assertThatThrownBy(() -> vast.instances().create(bid, spec()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bid");
        assertThatThrownBy(() -> vast.instances().create(small, spec()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("disk");
        assertThat(fake.rentals()).isEmpty();
    }
}
