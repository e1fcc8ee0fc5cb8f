package ai.flightmind.vast.run;

import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.InstanceNotReadyException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.UnclearRentalException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Access;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.machine.MachineReport;
import ai.flightmind.vast.machine.Promise;
import ai.flightmind.vast.machine.Shortfall;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.offer.OfferRanking;
import ai.flightmind.vast.offer.RankedOffer;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Steps 1 to 3 of the guide: finds an offer, rents it, and looks whether it is what was promised. */
final class Renting {
    private final RunContext run;
    private final Owning owning;
    private final Connecting connecting;
    private final Set<Long> goneOffers = new HashSet<>();

    Renting(RunContext run, Owning owning, Connecting connecting) {
        this.run = run;
        this.owning = owning;
        this.connecting = connecting;
    }

    /**
     * A machine that is as promised.
     *
     * @throws RunEnd if there is none to be had within budget
     * @throws MachineLost if what was rented falls short; it bills
     */
    Machine rent() {
        RentalRecord rental = null;
        while (rental == null) {
            Offer offer = run.clock().step(GuideStep.FIND, "searching", this::find, Offer::toString);
            rental = run.clock().step(GuideStep.LAUNCH, offer.toString(), () -> create(offer), Renting::describe);
        }
        return verify(rental);
    }

    /** A machine that was good before. It is not judged again: what it has is to come home first. */
    Machine reach(RentalRecord rental) {
        return run.clock()
                .step(
                        GuideStep.VERIFY,
                        "instance " + rental.instanceId(),
                        () -> connecting.connect(rental),
                        machine -> rental.gpuText() + ", joined again");
    }

    /** The same for a machine that was rented before. */
    Machine verify(RentalRecord rental) {
        return run.clock()
                .step(
                        GuideStep.VERIFY,
                        "instance " + rental.instanceId(),
                        () -> verified(rental),
                        machine -> rental.gpuText() + ", as promised");
    }

    private static String describe(@Nullable RentalRecord rental) {
        return rental == null ? "someone was faster" : "instance " + rental.instanceId();
    }

    private Offer find() {
        RunPlan plan = run.plan();
        List<Offer> offers = run.insist(
                "Searching",
                () -> plan.query().isPresent() ? ranked(plan.query().get()) : plan.offers());
        return offers.stream()
                .filter(offer -> !run.history().isExcluded(offer.machineId()) && !goneOffers.contains(offer.id()))
                .findFirst()
                .orElseThrow(
                        () -> new RunEnd(
                                Outcome.NO_OFFER,
                                "There is no offer left that fits: the search found " + offers.size()
                                        + ", and those are tried or gone. Widen the query, or ask why with offers().explain()."));
    }

    private List<Offer> ranked(OfferQuery query) {
        Workload left = run.plan().workload().toBuilder()
                .diskGb(run.diskGb())
                .tokens(Math.max(1, run.progress().tokensLeft()))
                .build();
        OfferRanking ranking = OfferRanking.of(run.cloud().offers().search(query), left);
        if (ranking.ranked().isEmpty()) {
            // Hardware of which no speed is known cannot be ranked, but may be what the user asks for.
            List<Offer> unknown = ranking.excluded().stream()
                    .map(excluded -> excluded.offer())
                    .filter(offer ->
                            GpuType.named(String.valueOf(offer.gpuName())).isEmpty())
                    .toList();
            if (unknown.isEmpty()) {
                throw new RunEnd(Outcome.NO_OFFER, "No offer can carry the run: " + firstReasons(ranking));
            }
            return unknown;
        }
        double dollars = run.plan().budget().dollars() - run.dollars();
        List<Offer> within = ranking.ranked().stream()
                .filter(offer -> offer.dollars() <= dollars)
                .map(RankedOffer::offer)
                .toList();
        if (within.isEmpty()) {
            throw new RunEnd(
                    Outcome.NO_OFFER,
                    String.format(
                            Locale.ROOT,
                            "$%.2f are left of the budget, and the cheapest offer is expected to cost $%.2f: %s",
                            dollars,
                            ranking.ranked().get(0).dollars(),
                            ranking.ranked().get(0).offer()));
        }
        return within;
    }

    private static String firstReasons(OfferRanking ranking) {
        return ranking.excluded().isEmpty()
                ? "the search found none. Ask why with offers().explain()."
                : ranking.excluded().stream()
                        .limit(3)
                        .map(excluded -> "offer " + excluded.offer().id() + ": " + excluded.reason())
                        .reduce((a, b) -> a + "; " + b)
                        .orElse("");
    }

    /** Null if the offer is gone. */
    private @Nullable RentalRecord create(Offer offer) {
        RunPlan plan = run.plan();
        InstanceSpec.Builder spec = InstanceSpec.builder()
                .image(plan.image())
                .diskGb(Math.min(run.diskGb(), Objects.requireNonNullElse(offer.diskSpaceGb(), Double.MAX_VALUE)))
                .label(run.id())
                .ssh(Access.DIRECT)
                .onstart(DeadMan.script(run.cloud().address(), plan.patience().boot()));
        plan.bidDollarsPerHour().ifPresent(spec::bidDollarsPerHour);
        RentalRecord wanted = RentalRecord.wanted(
                Objects.requireNonNullElse(offer.machineId(), -1L),
                Objects.requireNonNullElse(offer.gpuName(), "GPU"),
                gpus(offer),
                price(offer),
                run.now());
        run.stop().check();
        run.history().renting(wanted);
        Instance instance;
        try {
            instance = run.cloud().instances().create(offer, spec.build());
        } catch (OfferGoneException e) {
            run.history().notRented(run.now(), String.valueOf(e.getMessage()));
            goneOffers.add(offer.id());
            return null;
        } catch (RateLimitedException | ServiceDownException e) {
            run.history().notRented(run.now(), String.valueOf(e.getMessage()));
            run.warn("Renting failed, and is tried again: " + e.getMessage());
            run.pause();
            return null;
        } catch (AnswerException | IllegalArgumentException e) {
            run.history().notRented(run.now(), String.valueOf(e.getMessage()));
            throw new RunEnd(Outcome.FAILED, "The service does not rent to us: " + e.getMessage(), e);
        } catch (CancelledException e) {
            throw e;
        } catch (VastException e) {
            if (e instanceof UnclearRentalException) {
                owning.destroyUnknown();
            }
            run.history().notRented(run.now(), String.valueOf(e.getMessage()));
            run.warn("Renting failed, and is tried again: " + e.getMessage());
            run.pause();
            return null;
        }
        run.history().rented(run.now(), instance.id());
        RentalRecord rental = run.history().open().orElseThrow();
        run.tell(new RunEvent.Rented(rental.instanceId(), rental.gpuText(), rental.dollarsPerHour()));
        return rental;
    }

    private Machine verified(RentalRecord rental) {
        Machine machine = orLost(() -> connecting.connect(rental));
        boolean good = false;
        try {
            List<Shortfall> shortfalls = orLost(() -> shortfalls(machine));
            if (!shortfalls.isEmpty()) {
                run.tell(new RunEvent.FellShort(rental.instanceId(), shortfalls));
                throw MachineLost.fellShort(shortfalls.get(0).message(), null);
            }
            good = true;
            return machine;
        } finally {
            if (!good) {
                machine.close();
            }
        }
    }

    private List<Shortfall> shortfalls(Machine machine) {
        String answer = machine.run("mkdir -p " + Machine.ROOT + "; " + MachineReport.script(Machine.ROOT));
        List<Shortfall> shortfalls = promise(machine.rental()).shortfalls(MachineReport.parse(answer), Instant.now());
        shortfalls.stream()
                .filter(s -> s.kind() == Shortfall.Kind.CLOCK)
                .forEach(s -> run.warn("Instance " + machine.id() + ": " + s));
        return shortfalls.stream().filter(s -> s.kind() != Shortfall.Kind.CLOCK).toList();
    }

    private Promise promise(RentalRecord rental) {
        Instance instance = run.insist(
                "Asking for instance " + rental.instanceId(),
                () -> run.cloud().instances().get(rental.instanceId()));
        Double nvLink = instance.nvlinkGbPerSecond();
        boolean java = run.plan().program().isJava();
        return new Promise(
                (long) rental.gpus(),
                rental.gpuName(),
                null,
                nvLink != null && nvLink > 1,
                run.diskGb(),
                java ? Promise.CUDA_13_DRIVER : 0,
                java ? Promise.LIBTORCH_NEEDS : Set.of());
    }

    private static <T> T orLost(Supplier<T> work) {
        try {
            return work.get();
        } catch (InstanceNotReadyException | NotFoundException | SshException e) {
            throw MachineLost.fellShort(String.valueOf(e.getMessage()), e);
        }
    }

    private double price(Offer offer) {
        Double withDisk = offer.pricePerHour(run.diskGb());
        Double price = withDisk != null ? withDisk : offer.pricePerHour();
        double onDemand = price == null ? 0 : price;
        return Math.max(onDemand, run.plan().bidDollarsPerHour().orElse(0));
    }

    private static int gpus(Offer offer) {
        Long count = offer.numGpus();
        return count == null ? 1 : count.intValue();
    }
}
