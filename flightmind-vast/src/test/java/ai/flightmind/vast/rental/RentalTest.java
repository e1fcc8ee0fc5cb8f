package ai.flightmind.vast.rental;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.error.BadRequestException;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.NoCreditException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.UnclearRentalException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.instance.Access;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RentalTest {
    private static final InstanceSpec SPEC =
            InstanceSpec.builder().image("x").ssh(Access.direct()).label("d24").build();

    private final FakeMarketplace fake = FakeMarketplace.start().add(FakeOffer.h100(5, 4, 8.5));
    private final VastClient vast = fake.client();

    @AfterEach
    void close() {
        vast.close();
        fake.close();
    }

    private void onRental(Fault fault) {
        fake.faults(request -> request.contains("/asks/") ? fault : Fault.NONE);
    }

    private long rentalsSent() {
        return fake.requests().stream().filter(r -> r.contains("/asks/")).count();
    }

    @Test
    void aRentalGivesIdAndUniqueLabel() {
        Instance instance = vast.instances().create(5, SPEC);

        assertThat(fake.rented()).singleElement().satisfies(rented -> {
            assertThat(rented.id()).isEqualTo(instance.id());
            assertThat(rented.label()).isEqualTo(instance.label()).matches("d24\\.fm-[a-z2-7]{12}");
        });
        assertThat(fake.requests()).containsExactly("PUT /api/v0/asks/5/");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {
                "DOWN_AFTER",
                "RETRY_AT_ONCE",
                "CUT_AFTER",
                "TRUNCATED",
                "BROKEN_JSON",
                "EMPTY",
                "WRONG_SHAPE",
                "LATE"
            })
    void aRentalWhoseAnswerIsLostIsFoundByItsLabelAndNotSentAgain(Fault fault) {
        onRental(fault);

        Instance instance = vast.instances().create(5, SPEC);

        assertThat(rentalsSent()).isEqualTo(1);
        assertThat(fake.rented())
                .singleElement()
                .satisfies(rented -> assertThat(rented.id()).isEqualTo(instance.id()));
    }

    @Test
    void aRentalThatTimesOutIsFoundByItsLabel() {
        onRental(Fault.STALL);
        try (VastClient hasty =
                fake.clientBuilder().timeout(Duration.ofMillis(300)).build()) {
            Instance instance = hasty.instances().create(5, SPEC);

            assertThat(rentalsSent()).isEqualTo(1);
            assertThat(fake.rented())
                    .singleElement()
                    .satisfies(rented -> assertThat(rented.id()).isEqualTo(instance.id()));
        }
    }

    @Test
    void aRentalThatNeverHappenedSaysSoAfterLookingForHalfAMinute() {
        onRental(Fault.CUT_BEFORE);
        long start = fake.time().nanoTime();

        assertThatThrownBy(() -> vast.instances().create(5, SPEC))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("Nothing was rented");

        assertThat(Duration.ofNanos(fake.time().nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        fake.assertNothingRented();
    }

    @Test
    void aServiceThatStaysDownLeavesTheRentalUnclearAndSaysWhatToSweep() {
        fake.faults(request -> request.contains("/asks/") ? Fault.CUT_AFTER : Fault.DOWN);

        assertThatThrownBy(() -> vast.instances().create(5, SPEC))
                .isInstanceOfSatisfying(UnclearRentalException.class, e -> {
                    assertThat(e.label()).isEqualTo(fake.rented().get(0).label());
                    assertThat(e).hasMessageContaining(e.label());
                    fake.faults(request -> Fault.NONE);
                    fake.time().pass(Duration.ofMinutes(1));
                    assertThat(vast.orphans().labelled(e.label()).destroy().destroyed())
                            .hasSize(1);
                });
        fake.assertNothingRented();
    }

    @Test
    void aRefusalThatRentedAllTheSameIsDestroyed() {
        InstanceSpec low = SPEC.toBuilder().bidDollarsPerHour(0.01).build();

        assertThatThrownBy(() -> vast.instances().create(5, low)).isInstanceOf(BadRequestException.class);

        assertThat(fake.rentals()).hasSize(1);
        fake.assertNothingRented();
    }

    @Test
    void aRefusalThatRentedAndCannotBeDestroyedNamesTheInstance() {
        fake.faults(request -> request.startsWith("DELETE") ? Fault.DOWN : Fault.NONE);
        InstanceSpec low = SPEC.toBuilder().bidDollarsPerHour(0.01).build();

        assertThatThrownBy(() -> vast.instances().create(5, low))
                .isInstanceOfSatisfying(
                        UnclearRentalException.class,
                        e -> assertThat(e.instanceIds())
                                .containsExactly(fake.rented().get(0).id()));
    }

    @Test
    void clearRefusalsAreTypedAndAskNothingMore() {
        assertThatThrownBy(() -> vast.instances().create(6, SPEC)).isInstanceOf(OfferGoneException.class);
        fake.credit(0);
        assertThatThrownBy(() -> vast.instances().create(5, SPEC)).isInstanceOf(NoCreditException.class);
        onRental(Fault.TOO_MANY);
        assertThatThrownBy(() -> vast.instances().create(5, SPEC)).isInstanceOf(RateLimitedException.class);
        assertThat(fake.requests()).hasSize(3).allMatch(r -> r.contains("/asks/"));
    }

    @Test
    void aBusyServiceThatRentedNothingIsDown() {
        onRental(Fault.DOWN);

        assertThatThrownBy(() -> vast.instances().create(5, SPEC))
                .isInstanceOf(ServiceDownException.class)
                .hasMessageContaining("Nothing was rented");
    }

    @Test
    void anInterruptedRentalIsDestroyed() {
        Thread caller = Thread.currentThread();
        fake.faults(request -> {
            if (request.contains("/asks/")) {
                caller.interrupt();
                return Fault.STALL;
            }
            return Fault.NONE;
        });

        assertThatThrownBy(() -> vast.instances().create(5, SPEC)).isInstanceOf(CancelledException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(fake.rentals()).hasSize(1);
        fake.assertNothingRented();
    }

    @Test
    void aCancelledFutureDestroysWhatItRented() throws InterruptedException {
        CountDownLatch rented = new CountDownLatch(1);
        CountDownLatch destroyed = new CountDownLatch(1);
        fake.faults(request -> {
            if (request.contains("/asks/")) {
                rented.countDown();
                return Fault.STALL;
            }
            if (request.startsWith("DELETE")) {
                destroyed.countDown();
            }
            return Fault.NONE;
        });
        CompletableFuture<Instance> future = vast.instances().createAsync(5, SPEC);
        assertThat(rented.await(10, TimeUnit.SECONDS)).isTrue();

        future.cancel(true);

        assertThat(destroyed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(future).isCancelled();
    }

    @Test
    void nothingIsSentWhileTheCallerIsInterruptedAlready() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> vast.instances().create(5, SPEC))
                .isInstanceOfSatisfying(
                        CancelledException.class, e -> assertThat(e.sent()).isFalse());

        assertThat(Thread.interrupted()).isTrue();
        assertThat(fake.requests()).isEmpty();
    }

    @Test
    void severalThreadsRentOneMachineEach() {
        for (int offer = 6; offer < 13; offer++) {
            fake.add(FakeOffer.h100(offer, 4, 8));
        }
        fake.enforceIntervals(false); // its clock adds up what the threads sleep side by side
        fake.faults(request -> request.contains("/asks/7/") ? Fault.CUT_AFTER : Fault.NONE);

        List<CompletableFuture<Instance>> rentals = LongStream.range(5, 13)
                .mapToObj(offer -> vast.instances().createAsync(offer, SPEC))
                .toList();

        assertThat(rentals.stream()
                        .map(CompletableFuture::join)
                        .map(Instance::label)
                        .distinct())
                .hasSize(8);
        assertThat(fake.rented()).hasSize(8);
        assertThat(rentalsSent()).isEqualTo(8);
    }

    @Test
    void aClosedClientLeavesNoThreads() throws InterruptedException {
        vast.instances().createAsync(5, SPEC).join();

        vast.close();

        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("vast-")) {
                thread.join(5_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void ourOwnCallsNeverFollowTooFast() {
        for (int i = 0; i < 5; i++) {
            Instance instance = vast.instances().create(5, SPEC);
            vast.instances().awaitRunning(instance.id(), Duration.ofMinutes(5));
            vast.instances().list();
            vast.instances().destroy(instance.id());
        }

        assertThat(fake.tooFast()).isZero();
    }
}
