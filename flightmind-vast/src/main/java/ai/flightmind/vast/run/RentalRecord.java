package ai.flightmind.vast.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A machine that the run has rented.
 *
 * @param machineId of the host's machine; −1 if the offer did not say
 * @param from before the request was sent, so that no second of its bill is missed
 * @param until when it was seen to be gone; null while it may bill
 * @param end what became of it
 * @param halts when it was stopped, and billed its disk only
 */
record RentalRecord(
        long instanceId,
        long machineId,
        String gpuName,
        int gpus,
        double dollarsPerHour,
        Instant from,
        @Nullable Instant until,
        String end,
        List<Halt> halts) {
    /** @param dollarsPerHour of the disk; 0 if the service did not say */
    record Halt(Instant from, Instant until, double dollarsPerHour) {
        double hours() {
            return RentalRecord.hours(from, until);
        }
    }

    /** Of what is not known by that name yet. */
    static RentalRecord wanted(long machineId, String gpuName, int gpus, double dollarsPerHour, Instant from) {
        return new RentalRecord(-1, machineId, gpuName, gpus, dollarsPerHour, from, null, "", List.of());
    }

    RentalRecord ended(Instant at, String how) {
        return new RentalRecord(instanceId, machineId, gpuName, gpus, dollarsPerHour, from, at, how, halts);
    }

    RentalRecord as(long id) {
        return new RentalRecord(id, machineId, gpuName, gpus, dollarsPerHour, from, until, end, halts);
    }

    RentalRecord priced(double price) {
        return new RentalRecord(instanceId, machineId, gpuName, gpus, price, from, until, end, halts);
    }

    /** In place of what was thought before of the one that ended then. */
    RentalRecord halted(Halt halt) {
        List<Halt> all = Stream.concat(
                        halts.stream().filter(other -> !other.until().equals(halt.until())), Stream.of(halt))
                .toList();
        return new RentalRecord(instanceId, machineId, gpuName, gpus, dollarsPerHour, from, until, end, all);
    }

    boolean isOpen() {
        return until == null;
    }

    /** With its GPUs. */
    double hours(Instant now) {
        return hours(from, until == null ? now : until)
                - halts.stream().mapToDouble(Halt::hours).sum();
    }

    double dollars(Instant now) {
        return hours(now) * dollarsPerHour
                + halts.stream()
                        .mapToDouble(halt -> halt.hours() * halt.dollarsPerHour())
                        .sum();
    }

    private static double hours(Instant from, Instant until) {
        return Duration.between(from, until).toMillis() / 3_600_000.0;
    }

    String gpuText() {
        return gpus + " × " + gpuName;
    }
}
