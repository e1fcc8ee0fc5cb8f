package ai.flightmind.train;

import ai.flightmind.model.Device;
import ai.flightmind.model.PassEnds;
import ai.flightmind.train.callback.Phases;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Tells apart what a step's time goes into. Without waiting for a GPU, the parts that it computes have no true end. */
final class StepClock implements PassEnds {
    enum Phase {
        DATA,
        FORWARD,
        BACKWARD,
        REDUCTION,
        OPTIMIZER,
        REST
    }

    private final Device device;
    private final boolean waits;
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private long exposedNanos;
    private long since = System.nanoTime();

    /** @param waits whether a phase ends when the device has done its work, and not when that is asked for */
    StepClock(Device device, boolean waits) {
        this.device = device;
        this.waits = waits;
    }

    /** The time since the last phase was this one's. */
    void endOf(Phase phase) {
        if (waits) {
            device.synchronize();
        }
        long now = System.nanoTime();
        nanos.merge(phase, now - since, Long::sum);
        since = now;
    }

    @Override
    public void forward() {
        endOf(Phase.FORWARD);
    }

    @Override
    public void backward() {
        endOf(Phase.BACKWARD);
    }

    /** So much of the backward pass was waiting for other ranks' gradients. */
    void exposed(long nanos) {
        exposedNanos += nanos;
    }

    private long nanos(Phase phase) {
        return nanos.getOrDefault(phase, 0L);
    }

    long dataNanos() {
        return nanos(Phase.DATA);
    }

    long communicationNanos() {
        return nanos(Phase.REDUCTION) + exposedNanos;
    }

    /**
     * Empty where the phases have no true end.
     *
     * @param stepNanos all of the step, which the phases add up to
     */
    Optional<Phases> phases(long stepNanos) {
        if (device.isCuda() && !waits) {
            return Optional.empty();
        }
        long exposed = Math.min(exposedNanos, nanos(Phase.BACKWARD)); // another clock's measure of a part of it
        long known = nanos.values().stream().mapToLong(Long::longValue).sum() - nanos(Phase.REST);
        return Optional.of(new Phases(
                Duration.ofNanos(nanos(Phase.DATA)),
                Duration.ofNanos(nanos(Phase.FORWARD)),
                Duration.ofNanos(nanos(Phase.BACKWARD) - exposed),
                Duration.ofNanos(nanos(Phase.REDUCTION) + exposed),
                Duration.ofNanos(nanos(Phase.OPTIMIZER)),
                Duration.ofNanos(stepNanos - known)));
    }
}
