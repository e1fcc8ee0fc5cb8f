package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.SshAddress;
import ai.flightmind.vast.ssh.KeySource;
import ai.flightmind.vast.ssh.SshSession;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits for a machine, and logs in. */
final class Connecting {
    private static final Duration RECONNECT = Duration.ofMinutes(2);
    private static final Duration KEY_GRACE = Duration.ofSeconds(60);

    private final RunContext run;

    Connecting(RunContext run) {
        this.run = run;
    }

    /**
     * Once it runs and answers.
     *
     * @throws ai.flightmind.vast.error.InstanceNotReadyException if it does not come up
     * @throws ai.flightmind.vast.error.SshException if it does not let us in
     */
    Machine connect(RentalRecord rental) {
        Duration boot = run.plan().patience().boot();
        Instance instance = run.insist(
                "Waiting for instance " + rental.instanceId(),
                () -> run.cloud().instances().awaitRunning(rental.instanceId(), boot));
        Double price = instance.dollarsPerHour();
        if (price != null && price > 0 && price != rental.dollarsPerHour()) {
            run.history().priced(run.now(), rental.instanceId(), price);
        }
        RentalRecord priced = run.history().rentals().stream()
                .filter(r -> r.instanceId() == rental.instanceId())
                .findFirst()
                .orElse(rental);
        SshSession ssh = SshSession.builder()
                .address(() -> address(rental.instanceId()))
                .instance("C." + rental.instanceId())
                .keys(run.cloud().keys().toArray(KeySource[]::new))
                .hostKeys(run.cloud().hostKeys())
                .connectWithin(wall(boot))
                .reconnectWithin(wall(RECONNECT))
                .keyGrace(wall(KEY_GRACE))
                .connect();
        boolean in = false;
        try {
            Machine machine = new Machine(priced, ssh);
            machine.run("mkdir -p " + Machine.WORK);
            machine.write(Machine.OWNER, run.token() + "\n");
            in = true;
            return machine;
        } finally {
            if (!in) {
                ssh.close();
            }
        }
    }

    /** Asked at every attempt, since ports change when an instance is started again. */
    private @Nullable SshAddress address(long id) {
        try {
            return run.cloud().instances().get(id).sshAddress();
        } catch (CancelledException e) {
            throw e;
        } catch (VastException e) {
            return null; // not known now; asked again
        }
    }

    private Duration wall(Duration duration) {
        Duration wall = run.cloud().time().byWallClock(duration);
        return wall.compareTo(Duration.ofSeconds(2)) < 0 ? Duration.ofSeconds(2) : wall;
    }
}
