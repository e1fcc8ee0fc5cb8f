package ai.flightmind.vast.rental;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.error.UnclearRentalException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Fate;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.instance.Access;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A user's program, run against two hundred ways for the service to fail, with each kind of failure a hundred times. {@code
 * -Dschedules=1000} takes a minute.
 */
class RentalSchedulesTest {
    private static final int SCHEDULES = Integer.getInteger("schedules", 200);
    private static final Set<Fault> FAULTS =
            EnumSet.complementOf(EnumSet.of(Fault.NONE, Fault.STALL, Fault.UNFILTERED));

    private static final List<Fate> FATES = List.copyOf(EnumSet.allOf(Fate.class));

    private final Map<Fault, Integer> hit = new EnumMap<>(Fault.class);
    private int held;
    private int swept;
    private int interrupted;

    @Test
    void noScheduleOfFaultsLeavesARentalBehindOrRentsTwice() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            run(seed);
        }
        System.out.println(SCHEDULES + " schedules: " + held + " rented, " + swept + " needed a sweep, " + interrupted
                + " interrupted; faults " + hit);
        assertThat(hit.keySet()).containsAll(FAULTS);
        assertThat(held).isGreaterThan(SCHEDULES / 4);
        assertThat(swept).isLessThan(SCHEDULES / 4);
        assertThat(interrupted).isPositive();
    }

    private void run(int seed) {
        Random random = new Random(seed);
        double rate = random.nextDouble() * 0.5;
        boolean interrupts = random.nextInt(8) == 0;
        try (FakeMarketplace fake = FakeMarketplace.start();
                VastClient vast = fake.client()) {
            for (int id = 1; id <= 4; id++) {
                Fate fate = random.nextInt(3) > 0 ? Fate.RUNS : FATES.get(random.nextInt(FATES.size()));
                fake.add(FakeOffer.h100(id, 4, 8 + id).fate(fate));
            }
            Random faults = new Random(seed * 31L);
            Thread program = Thread.currentThread();
            fake.faults(request -> {
                synchronized (faults) {
                    if (interrupts && faults.nextInt(request.contains("/asks/") ? 3 : 40) == 0) {
                        program.interrupt();
                    }
                    if (faults.nextDouble() >= rate) {
                        return Fault.NONE;
                    }
                    Fault fault = List.copyOf(FAULTS).get(faults.nextInt(FAULTS.size()));
                    hit.merge(fault, 1, Integer::sum);
                    return fault;
                }
            });
            Outcome outcome = program(vast);
            if (Thread.interrupted()) {
                interrupted++;
            }
            fake.faults(request -> Fault.NONE);
            check(seed, fake, vast, outcome);
        }
    }

    /** Rents the first offer that comes to run; gives back what does not. */
    private static Outcome program(VastClient vast) {
        InstanceSpec spec = InstanceSpec.builder()
                .image("vastai/pytorch")
                .diskGb(500)
                .ssh(Access.direct())
                .label("d24")
                .build();
        List<VastException> warned = new ArrayList<>();
        for (long offer = 1; offer <= 4; offer++) {
            Instance instance;
            try {
                instance = vast.instances().create(offer, spec);
            } catch (UnclearRentalException e) {
                warned.add(e);
                return new Outcome(null, warned);
            } catch (VastException e) {
                continue;
            }
            try {
                return new Outcome(vast.instances().awaitRunning(instance.id(), Duration.ofMinutes(5)), warned);
            } catch (VastException e) {
                try {
                    vast.instances().destroy(instance.id());
                } catch (VastException stays) {
                    warned.add(stays);
                    return new Outcome(null, warned);
                }
            }
        }
        return new Outcome(null, warned);
    }

    private void check(int seed, FakeMarketplace fake, VastClient vast, Outcome outcome) {
        fake.time().pass(Duration.ofMinutes(1));
        assertThat(fake.mostRentedAtOnce()).as("rented at once, seed %d", seed).isLessThanOrEqualTo(1);
        List<Long> owned = outcome.owned == null ? List.of() : List.of(outcome.owned.id());
        List<Long> billing = fake.rented().stream().map(i -> i.id()).toList();
        if (outcome.warned.isEmpty()) {
            assertThat(billing).as("billing, seed %d", seed).isEqualTo(owned);
        } else {
            swept++;
            vast.orphans().named("d24").except(owned).destroy();
        }
        if (outcome.owned != null) {
            held++;
            vast.instances().destroy(outcome.owned.id());
        }
        fake.assertNothingRented();
        fake.rentals()
                .forEach(rental -> assertThat(RentalLabel.name(rental.label())).hasValue("d24"));
        assertThat(fake.rentals().stream().map(i -> i.label()).distinct())
                .as("labels, seed %d", seed)
                .hasSameSizeAs(fake.rentals());
    }

    private record Outcome(@Nullable Instance owned, List<VastException> warned) {}
}
