package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sees to it that no machine of the run bills without need, and that what is thought to be gone is gone. */
final class Owning {
    /** As long as a rental is looked for whose answer was lost. */
    private static final Duration LATE = Duration.ofSeconds(40);

    private final RunContext run;

    Owning(RunContext run) {
        this.run = run;
    }

    /**
     * Destroys it, insistently.
     *
     * @return whether it is known to be gone
     */
    boolean destroy(long id, String why) {
        return insist(id, "destroyed", () -> {
            run.cloud().instances().destroy(id);
            boolean gone = isGone(id);
            if (gone) {
                run.history().gone(run.now(), id, why);
            }
            return gone;
        });
    }

    /**
     * Stops it, insistently: its disk stays, and bills.
     *
     * @return whether it is known to be stopped
     */
    boolean halt(long id) {
        return insist(id, "stopped", () -> {
            run.cloud().instances().stop(id);
            return true;
        });
    }

    /** Until an attempt succeeds, interrupted or not; for as long as a machine is given to boot. */
    private boolean insist(long id, String what, BooleanSupplier attempt) {
        Instant start = run.now();
        Duration patience = run.plan().patience().boot();
        while (true) {
            try {
                if (attempt.getAsBoolean()) {
                    return true;
                }
            } catch (NotFoundException e) {
                return false; // of what is stopped: destroying what is gone succeeds
            } catch (CancelledException e) {
                // Asked to hurry: this is the hurry.
                boolean unused = Thread.interrupted();
            } catch (VastException e) {
                run.warn("Instance " + id + " is not " + what + " yet: " + e.getMessage());
            }
            if (Duration.between(start, run.now()).compareTo(patience) > 0) {
                run.history().trouble(run.now(), "Instance " + id + " could not be " + what + "; it may bill.");
                return false;
            }
            uninterruptedPause();
        }
    }

    /** Ends what carries our label and is not in the journal: rentals whose answer never came. */
    void destroyUnknown() {
        for (Instance instance : listed()) {
            if (!run.history().knows(instance.id())) {
                run.warn("Instance " + instance.id() + " is ours, and nobody knew of it; it is destroyed.");
                destroyQuietly(instance.id());
            }
        }
    }

    /**
     * At the end: nothing of the run may be left, unless it was kept on purpose.
     *
     * @return what could not be destroyed
     */
    List<Long> destroyAllBut(@Nullable Long kept) {
        // What is known to bill goes first: each second of looking for more would cost.
        run.history().rentals().stream()
                .filter(rental ->
                        rental.isOpen() && !Long.valueOf(rental.instanceId()).equals(kept))
                .forEach(rental -> destroyQuietly(rental.instanceId()));
        List<Long> left = listed().stream()
                .map(Instance::id)
                .filter(id -> !id.equals(kept))
                .filter(id -> !destroyQuietly(id))
                .collect(Collectors.toList());
        for (RentalRecord rental : run.history().rentals()) {
            if (rental.isOpen()
                    && !left.contains(rental.instanceId())
                    && !Long.valueOf(rental.instanceId()).equals(kept)) {
                run.history().gone(run.now(), rental.instanceId(), "destroyed");
            }
        }
        return left;
    }

    /** The machine that an earlier program has rented for this run, if it still is there; others are ended. */
    Optional<RentalRecord> inherit() {
        Optional<RentalRecord> asked = run.history().renting();
        if (asked.isPresent()) {
            // The request may still be on its way.
            Duration age = Duration.between(asked.get().from(), run.now());
            if (age.compareTo(LATE) < 0) {
                run.pause(LATE.minus(age));
            }
        }
        List<Instance> listed = listed();
        if (asked.isPresent()) {
            listed.stream()
                    .map(Instance::id)
                    .filter(id -> !run.history().knows(id))
                    .findFirst()
                    .ifPresentOrElse(
                            id -> run.history().rented(run.now(), id),
                            () -> run.history()
                                    .notRented(run.now(), "The program died while it rented, and nothing was rented."));
        }
        Optional<RentalRecord> open = run.history().open();
        Optional<RentalRecord> mine = open.filter(r -> listed.stream().anyMatch(i -> i.id() == r.instanceId()));
        if (open.isPresent() && mine.isEmpty()) {
            run.history().gone(run.now(), open.get().instanceId(), "gone when the run was joined again");
        }
        for (Instance instance : listed) {
            if (mine.isEmpty() || mine.get().instanceId() != instance.id()) {
                destroy(instance.id(), "left over");
            }
        }
        return mine;
    }

    private List<Instance> listed() {
        Instant start = run.now();
        while (true) {
            try {
                return run.cloud().of(run.id()).find();
            } catch (CancelledException e) {
                boolean unused = Thread.interrupted();
            } catch (VastException e) {
                if (!RunContext.mayPass(e)
                        || Duration.between(start, run.now())
                                        .compareTo(run.plan().patience().boot())
                                > 0) {
                    throw e;
                }
                run.warn("Our instances cannot be listed yet: " + e.getMessage());
            }
            uninterruptedPause();
        }
    }

    /** Whether nothing can bring back what is on it. While the service does not say so, it is not given up. */
    boolean isLostForGood(long id) {
        try {
            Instance instance = run.cloud().instances().get(id);
            InstanceStatus status = instance.status();
            return !instance.isHalted() && status != null && status.isLost();
        } catch (NotFoundException e) {
            return true;
        } catch (CancelledException e) {
            boolean unused = Thread.interrupted();
            return false;
        } catch (VastException e) {
            return false;
        }
    }

    private boolean isGone(long id) {
        try {
            run.cloud().instances().get(id);
            return false;
        } catch (NotFoundException e) {
            return true;
        }
    }

    private boolean destroyQuietly(long id) {
        return destroy(id, "destroyed");
    }

    private void uninterruptedPause() {
        try {
            run.cloud().time().sleep(run.plan().patience().poll());
        } catch (InterruptedException e) {
            // Destroying is what an interruption asks for.
            boolean unused = Thread.interrupted();
        }
    }
}
