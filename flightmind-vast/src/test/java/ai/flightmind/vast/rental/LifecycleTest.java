package ai.flightmind.vast.rental;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.account.SshKey;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.InstanceNotReadyException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.UnauthorizedException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Fate;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.instance.Access;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.instance.InstanceStatus;
import ai.flightmind.vast.instance.LogRequest;
import ai.flightmind.vast.instance.SshAddress;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.query.OfferQuery;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {
    private static final InstanceSpec SPEC = InstanceSpec.builder()
            .image("x")
            .ssh(Access.direct())
            .env("A", "1")
            .label("d24")
            .build();
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final FakeMarketplace fake = FakeMarketplace.start();
    private final VastClient vast = fake.client();

    @AfterEach
    void close() {
        vast.close();
        fake.close();
    }

    private Instance rent(long offer, Fate fate) {
        fake.add(FakeOffer.h100(offer, 4, 8.5).fate(fate));
        return vast.instances().create(offer, SPEC);
    }

    @Test
    void anInstanceIsWaitedForUntilItRunsAndHasAnAddress() {
        Instance running = vast.instances().awaitRunning(rent(1, Fate.RUNS).id(), PATIENCE);

        assertThat(running.status()).isEqualTo(InstanceStatus.RUNNING);
        assertThat(running.sshAddress()).isEqualTo(new SshAddress("203.0.113.7", 40123, true));
        assertThat(running.env()).containsEntry("A", "1");
        assertThat(running.gpuName()).isEqualTo("H100 SXM");
        assertThat(running.gpuCount()).isEqualTo(4);
        assertThat(running.other()).containsKey("score").doesNotContainKeys("id", "ports", "jupyter_token");
        assertThat(running.toString())
                .contains("running", "4x H100 SXM", "d24.fm-")
                .doesNotContain("jupyter-token");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"EXITS", "CANNOT_START", "OFFLINE", "OUTBID"})
    void whatCannotRunIsToldAtOnce(Fate fate) {
        Instance instance = rent(1, fate);
        fake.time().pass(Duration.ofMinutes(5));

        assertThatThrownBy(() -> vast.instances().awaitRunning(instance.id(), PATIENCE))
                .isInstanceOfSatisfying(InstanceNotReadyException.class, e -> {
                    assertThat(e.timedOut()).isFalse();
                    assertThat(e.instanceId()).isEqualTo(instance.id());
                    assertThat(e).hasMessageContaining("destroy it");
                });
    }

    @Test
    void whatStaysLoadingTimesOut() {
        Instance instance = rent(1, Fate.STAYS_LOADING);

        assertThatThrownBy(() -> vast.instances().awaitRunning(instance.id(), PATIENCE))
                .isInstanceOfSatisfying(InstanceNotReadyException.class, e -> {
                    assertThat(e.timedOut()).isTrue();
                    assertThat(e.lastStatus()).isEqualTo("loading");
                });
    }

    @Test
    void waitingOutlastsAServiceThatIsDownForAWhile() {
        Instance instance = rent(1, Fate.RUNS);
        AtomicInteger left = new AtomicInteger(12);
        fake.faults(request -> left.getAndDecrement() > 0 ? Fault.DOWN : Fault.NONE);

        assertThat(vast.instances().awaitRunning(instance.id(), PATIENCE).isRunning())
                .isTrue();
    }

    @Test
    void anotherConditionCanBeWaitedFor() {
        AtomicInteger asked = new AtomicInteger();

        vast.instances().awaitRunning(rent(1, Fate.RUNS).id(), PATIENCE, i -> asked.incrementAndGet() == 3);

        assertThat(asked).hasValue(3);
    }

    @Test
    void interruptionEndsTheWaiting() {
        Instance instance = rent(1, Fate.STAYS_LOADING);
        Thread waiter = Thread.currentThread();
        AtomicInteger looks = new AtomicInteger();
        fake.faults(request -> {
            if (looks.incrementAndGet() == 3) {
                waiter.interrupt();
            }
            return Fault.NONE;
        });

        assertThatThrownBy(() -> vast.instances().awaitRunning(instance.id(), PATIENCE))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void destroyInsistsWhileTheServiceFails() {
        Instance instance = rent(1, Fate.RUNS);
        Fault[] faults = {Fault.DOWN, Fault.TOO_MANY, Fault.CUT_BEFORE, Fault.DOWN, Fault.BROKEN_JSON};
        AtomicInteger next = new AtomicInteger();
        fake.faults(request -> next.get() < faults.length ? faults[next.getAndIncrement()] : Fault.NONE);

        vast.instances().destroy(instance.id());

        fake.assertNothingRented();
    }

    @Test
    void anInterruptedThreadStillDestroysInItsCleaningUp() {
        Instance instance = rent(1, Fate.RUNS);
        AtomicInteger left = new AtomicInteger(3);
        fake.faults(request -> left.getAndDecrement() > 0 ? Fault.DOWN : Fault.NONE);
        Thread.currentThread().interrupt();

        vast.instances().destroy(instance.id());

        assertThat(Thread.interrupted()).isTrue();
        fake.assertNothingRented();
    }

    @Test
    void destroyGoesThroughThoughTheServiceIsLeftAlone() {
        Instance instance = rent(1, Fate.RUNS);
        fake.faults(request -> request.startsWith("GET") ? Fault.DOWN : Fault.NONE);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> vast.instances().list()).isInstanceOf(ServiceDownException.class);
        }
        int sent = fake.requests().size();
        assertThatThrownBy(() -> vast.instances().list())
                .isInstanceOfSatisfying(
                        ServiceDownException.class, e -> assertThat(e.status()).isZero());
        assertThat(fake.requests()).as("left alone").hasSize(sent);

        vast.instances().destroy(instance.id());

        fake.assertNothingRented();
        fake.faults(request -> Fault.NONE);
        fake.time().pass(Duration.ofSeconds(21));
        assertThat(vast.instances().list()).isEmpty();
    }

    @Test
    void destroyingWhatIsGoneSucceeds() {
        Instance instance = rent(1, Fate.RUNS);
        vast.instances().destroy(instance.id());

        vast.instances().destroy(instance.id());

        assertThatThrownBy(() -> vast.instances().get(instance.id())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aBadKeyThatComesAs404IsNotTakenForGone() {
        try (VastClient stranger = fake.clientBuilder().apiKey("wrong").build()) {
            assertThatThrownBy(() -> stranger.instances().destroy(7)).isInstanceOf(UnauthorizedException.class);
        }
    }

    @Test
    void aListOfManyPagesIsReadWhole() {
        for (int i = 1; i <= 60; i++) {
            rent(i, Fate.RUNS);
        }

        assertThat(vast.instances().list()).extracting(Instance::id).hasSize(60).doesNotHaveDuplicates();
        assertThat(vast.instances().list(InstanceFilter.all().gpuName("RTX 4090")))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"BROKEN_JSON", "EMPTY", "WRONG_SHAPE", "POLITE_NO", "TRUNCATED"})
    void aListThatCannotBeUnderstoodIsNeverEmpty(Fault fault) {
        fake.faults(request -> fault);

        assertThatThrownBy(() -> vast.instances().list())
                .isInstanceOf(VastException.class)
                .satisfies(e -> {
                    if (e instanceof DataException data) {
                        assertThat(data.jsonPath()).startsWith("$");
                    }
                });
    }

    @Test
    void startStopLabelAndBidReachTheInstance() {
        Instance instance = rent(1, Fate.RUNS);
        long id = instance.id();
        vast.instances().awaitRunning(id, PATIENCE);

        vast.instances().stop(id);
        assertThat(vast.instances().get(id).isHalted()).isTrue();
        vast.instances().start(id);
        assertThat(vast.instances().get(id).isHalted()).isFalse();
        vast.instances().label(id, "other");
        assertThat(vast.instances().get(id).label()).isEqualTo("other");
        vast.instances().changeBid(id, 4.2);
        assertThat(vast.instances().get(id).bid()).isTrue();
    }

    @Test
    void logsAreFetchedWhenTheyAreWrittenAndWithoutTheKey() {
        long id = rent(1, Fate.RUNS).id();

        assertThat(vast.instances().logs(id, LogRequest.all().last(10))).contains("line one\nline two");
        assertThat(vast.instances().execute(id, "ls -l /workspace")).contains("line one");
        assertThatThrownBy(() -> vast.instances().execute(id, "bash -c x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatTakesLongCanBeWaitedForInTheBackground() {
        long id = rent(1, Fate.RUNS).id();

        assertThat(vast.instances().awaitRunningAsync(id, PATIENCE).join().isRunning())
                .isTrue();
        assertThat(vast.instances().logsAsync(id, LogRequest.all()).join()).contains("line one");
        assertThat(vast.instances().executeAsync(id, "du -sh /workspace").join())
                .contains("line one");
        assertThat(vast.instances().destroyAsync(id).join()).isTrue();
        fake.assertNothingRented();
    }

    @Test
    void theFirstOfferThatIsStillThereIsRented() {
        fake.add(FakeOffer.h100(1, 4, 8)).add(FakeOffer.h100(2, 4, 9));
        List<Offer> offers = vast.offers().search(OfferQuery.parse("num_gpus=4 -o dph_total"));
        vast.instances().create(1, SPEC);

        vast.instances().createAny(offers, SPEC);

        assertThat(fake.rented()).extracting(i -> i.offerId()).containsExactly(1L, 2L);
        assertThatThrownBy(() -> vast.instances().createAny(offers, SPEC)).isInstanceOf(OfferGoneException.class);
    }

    @Test
    void aFieldOfAnotherTypeDoesNotKeepAMachineFromBeingFoundAndDestroyed() {
        fake.add(FakeOffer.h100(1, 4, 8).with("cpu_cores", "many"));
        vast.instances().create(1, SPEC);

        Instance odd = vast.orphans().find().get(0);
        assertThatThrownBy(odd::cpuCores)
                .isInstanceOfSatisfying(
                        DataException.class, e -> assertThat(e.jsonPath()).isEqualTo("$.instances[0].cpu_cores"));
        vast.orphans().destroy();
        fake.assertNothingRented();
    }

    @Test
    void aRunningInstanceCanBeOutbidOrDie() {
        Instance cheap = rent(1, Fate.RUNS);
        Instance other = rent(2, Fate.RUNS);
        vast.instances().awaitRunning(cheap.id(), PATIENCE);
        vast.instances().awaitRunning(other.id(), PATIENCE);

        fake.outbid(cheap.id());
        fake.kill(other.id());

        assertThat(vast.instances().get(cheap.id()).isHalted()).isTrue();
        assertThat(vast.instances().get(other.id()).status()).isEqualTo(InstanceStatus.EXITED);
    }

    @Test
    void sshIsWhereTheMachineSays() {
        fake.add(FakeOffer.h100(1, 4, 8).sshAt("127.0.0.1", 2222));
        long id = vast.instances().create(1, SPEC).id();

        assertThat(vast.instances().awaitRunning(id, PATIENCE).sshAddress())
                .isEqualTo(new SshAddress("127.0.0.1", 2222, true));
    }

    @Test
    void keysAreAttachedToOneInstance() {
        long id = rent(1, Fate.RUNS).id();
        vast.sshKeys().attach(id, "ssh-ed25519 AAAA me");

        SshKey key = vast.sshKeys().attached(id).get(0);
        assertThat(key.sameKey("ssh-ed25519 AAAA")).isTrue();
        vast.sshKeys().detach(id, Objects.requireNonNull(key.id()));
        assertThat(vast.sshKeys().attached(id)).isEmpty();
    }

    @Test
    void whatARentalCostIsInTheCharges() {
        long id = rent(1, Fate.RUNS).id();
        fake.time().pass(Duration.ofHours(2));
        vast.instances().destroy(id);

        assertThat(vast.billing()
                        .charges(
                                fake.time().now().minus(Duration.ofDays(1)),
                                fake.time().now()))
                .singleElement()
                .satisfies(charge -> {
                    assertThat(charge.dollars()).isCloseTo(17, within(0.01));
                    assertThat(charge.kind()).isEqualTo("instance");
                    assertThat(charge.description()).contains("Instance " + id);
                });
    }

    @Test
    void aSweepTakesOursAndLeavesTheRest() {
        Instance known = rent(1, Fate.RUNS);
        Instance orphan = rent(2, Fate.RUNS);
        Instance foreign = rent(3, Fate.RUNS);
        vast.instances().label(foreign.id(), "someone else's");

        OrphanSweep sweep = vast.orphans().except(List.of(known.id()));
        assertThat(sweep.find()).extracting(Instance::id).containsExactly(orphan.id());
        assertThat(sweep.olderThan(Duration.ofHours(1)).find()).isEmpty();
        assertThat(sweep.named("d32").find()).isEmpty();
        assertThat(sweep.destroy().destroyed()).hasSize(1);

        assertThat(fake.rented()).extracting(i -> i.id()).containsExactlyInAnyOrder(known.id(), foreign.id());
    }

    @Test
    void closingTheClientEndsWhatIsUnderWay() {
        long id = rent(1, Fate.RUNS).id();
        VastClient other = fake.client();
        other.close();

        assertThatThrownBy(() -> other.instances().get(id)).isInstanceOf(IllegalStateException.class);
    }
}
