package ai.flightmind.vast.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A machine that the run has rented.
 *
 * @param machineId of the host's machine; −1 if the offer did not say
 * @param from before the request was sent, so that no second of its bill is missed
 * @param until when it was seen to be gone; null while it may bill
 * @param end what became of it
 */
record RentalRecord(
        long instanceId,
        long machineId,
        String gpuName,
        int gpus,
        double dollarsPerHour,
        Instant from,
        @Nullable Instant until,
        String end) {
    RentalRecord ended(Instant at, String how) {
        return new RentalRecord(instanceId, machineId, gpuName, gpus, dollarsPerHour, from, at, how);
    }

    RentalRecord as(long id) {
        return new RentalRecord(id, machineId, gpuName, gpus, dollarsPerHour, from, until, end);
    }

    boolean isOpen() {
        return until == null;
    }

    double hours(Instant now) {
        return Duration.between(from, until == null ? now : until).toMillis() / 3_600_000.0;
    }

    double dollars(Instant now) {
        return hours(now) * dollarsPerHour;
    }

    String gpuText() {
        return gpus + " × " + gpuName;
    }
}
