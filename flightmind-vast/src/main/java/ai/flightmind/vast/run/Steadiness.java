package ai.flightmind.vast.run;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.ProvisionException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import java.util.function.Supplier;

/** Does a part of the work on a machine again when its line breaks, as long as there is a machine. */
final class Steadiness {
    private static final int ATTEMPTS = 4;

    private final RunContext run;

    Steadiness(RunContext run) {
        this.run = run;
    }

    /**
     * The work can be repeated.
     *
     * @throws MachineLost if the machine is, or the work cannot be done there
     */
    <T extends @org.jspecify.annotations.Nullable Object> T keep(Machine machine, String what, Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (SshException | DataException | BucketException | ProvisionException e) {
                run.stop().check();
                requireThere(machine, e);
                if (attempt >= ATTEMPTS) {
                    throw MachineLost.fellShort(what + " failed: " + e.getMessage(), e);
                }
                run.warn(what + " failed, and is tried again: " + e.getMessage());
                run.pause();
            }
        }
    }

    /** Silence of the service is no loss. */
    void requireThere(Machine machine, VastException trouble) {
        Instance instance = run.lookAt(machine.id());
        if (instance == null) {
            return;
        }
        if (instance.isHalted()) {
            throw new MachineLost("It is stopped: outbid, out of credit, or stopped by someone.", trouble);
        }
        if (instance.status() != null && instance.status().isLost()) {
            throw new MachineLost("Its container is " + instance.status() + ".", trouble);
        }
    }
}
