package ai.flightmind.vast.run;

import ai.flightmind.vast.instance.Instance;
import java.util.Optional;

/**
 * Gets back to a machine on which an earlier program, or an earlier try, has begun to train. It may have been stopped since:
 * by its watchdog, or to keep what is on it.
 */
final class Rejoining {
    private final RunContext run;
    private final Renting renting;

    Rejoining(RunContext run, Renting renting) {
        this.run = run;
        this.renting = renting;
    }

    /** @throws MachineLost if it does not come back */
    Machine rejoin(RentalRecord rental) {
        long id = rental.instanceId();
        Instance instance = run.insist(
                "Asking for instance " + id, () -> run.cloud().instances().get(id));
        if (instance.isHalted()) {
            run.warn("Instance " + id + " is stopped. It is started again, for what is on it.");
            run.insist("Starting instance " + id, () -> {
                run.cloud().instances().start(id);
                return id;
            });
        }
        return renting.verify(rental);
    }

    /** The one that may hold results which are nowhere else. */
    Optional<RentalRecord> unfinished() {
        return run.history().open().filter(rental -> run.history().hasTrained(rental.instanceId()));
    }
}
