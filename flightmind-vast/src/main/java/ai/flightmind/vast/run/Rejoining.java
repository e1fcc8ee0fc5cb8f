package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.InstanceNotReadyException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.run.RentalRecord.Halt;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets back to a machine on which an earlier program, or an earlier try, has begun to train. It may have been stopped since:
 * by its watchdog, or to keep what is on it.
 */
final class Rejoining {
    private final RunContext run;
    private final Renting renting;
    private final Owning owning;
    private @Nullable RunEnd gaveUp;
    private @Nullable Halt halt;

    Rejoining(RunContext run, Renting renting, Owning owning) {
        this.run = run;
        this.renting = renting;
        this.owning = owning;
    }

    /**
     * Starts it where it is stopped, and gets in.
     *
     * @throws MachineLost if it is lost with what it had
     * @throws RunEnd if it is stopped, with results on its disk that may be nowhere else, and does not start: others may have
     *     its GPUs now. It is not waited for twice
     */
    Machine rejoin(RentalRecord rental) {
        if (gaveUp != null) {
            throw gaveUp;
        }
        boolean wasHalted = false;
        try {
            wasHalted = start(rental.instanceId());
            Machine machine =
                    run.history().hasTrained(rental.instanceId()) ? renting.reach(rental) : renting.verify(rental);
            if (wasHalted) {
                correctHalt(machine);
            }
            return machine;
        } catch (RunEnd e) {
            gaveUp = e.outcome() == Outcome.FAILED ? e : null;
            throw e;
        } catch (NotFoundException e) {
            throw new MachineLost("The service knows it no more.", e);
        } catch (InstanceNotReadyException | SshException e) {
            throw wasHalted && !owning.isLostForGood(rental.instanceId())
                    ? giveUp(rental, e)
                    : new MachineLost("It is out of reach: " + e.getMessage(), e);
        }
    }

    /**
     * Before anybody counts what the run has cost: a machine that was stopped meanwhile has billed its disk only.
     *
     * @return whether it was
     */
    boolean noteHalt() {
        Optional<RentalRecord> open = run.history().open();
        if (open.isEmpty()) {
            return false;
        }
        try {
            Instance instance = run.cloud().instances().get(open.get().instanceId());
            if (instance.isHalted()) {
                note(instance);
            }
            return instance.isHalted();
        } catch (CancelledException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (VastException e) {
            return false; // counted in full until it is known better
        }
    }

    /** From when nobody wrote any more, until the machine itself tells when. */
    private void note(Instance instance) {
        if (halt == null) {
            Double disk = instance.storageDollarsPerHour();
            halt = new Halt(run.history().lastTold(), run.now(), disk == null ? 0 : disk);
            run.history().halted(run.now(), instance.id(), halt);
        }
    }

    private void correctHalt(Machine machine) {
        Halt thought = halt;
        if (thought == null) {
            return;
        }
        String awake = Machine.WATCHDOG + "/awake";
        String seconds = machine.run("n=; [ ! -s " + awake + " ] || read -r n < " + awake
                        + "; case $n in ''|*[!0-9]*) ;; *) echo $(( $(date +%s) - n )) ;; esac")
                .strip();
        // Without a watchdog's word, it counts as if it had run on.
        Instant from = seconds.matches("\\d+")
                ? run.now().minus(run.cloud().time().byThisClock(Duration.ofSeconds(Long.parseLong(seconds))))
                : thought.until();
        Instant within = from.isBefore(thought.from()) ? thought.from() : from;
        run.history()
                .halted(
                        run.now(),
                        machine.id(),
                        new Halt(
                                within.isAfter(thought.until()) ? thought.until() : within,
                                thought.until(),
                                thought.dollarsPerHour()));
    }

    private RunEnd giveUp(RentalRecord rental, VastException why) {
        RunEnd end = new RunEnd(
                Outcome.FAILED,
                "Instance " + rental.instanceId() + " may hold the newest results, is stopped, and does not start: "
                        + why.getMessage(),
                why);
        gaveUp = end;
        return end;
    }

    /** Whether it was stopped. */
    private boolean start(long id) {
        Instance instance = run.insist(
                "Asking for instance " + id, () -> run.cloud().instances().get(id));
        if (!instance.isHalted()) {
            return false;
        }
        note(instance);
        run.warn("Instance " + id + " is stopped. It is started again, for what is on it.");
        return run.insist("Starting instance " + id, () -> {
            run.cloud().instances().start(id);
            return true;
        });
    }

    /** The one that may hold results which are nowhere else. */
    Optional<RentalRecord> unfinished() {
        return run.history().open().filter(rental -> run.history().hasTrained(rental.instanceId()));
    }
}
