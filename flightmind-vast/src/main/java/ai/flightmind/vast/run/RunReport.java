package ai.flightmind.vast.run;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run did and cost. Prints as a table of the guide's steps.
 *
 * @param id to attach with
 * @param results the directory that checkpoints, logs and metrics are in
 * @param summary in a sentence: why it ended, and what to do if that is anything
 * @param dollars all machines together, by our own count of hours and prices
 * @param gpuHours that were paid
 * @param wallTime from its start to its end
 * @param steps done, the last one's number and one
 * @param tokens trained on
 * @param finalLoss of the last step
 * @param bestValidationLoss the lowest
 * @param guide each step of the guide, with its outcome and time
 * @param checkpoints that are safe, with the metrics
 * @param machines that were rented
 * @param troubles what went wrong on the way
 * @param leftover what still exists, bills, and has to be looked after
 */
public record RunReport(
        String id,
        Outcome outcome,
        String summary,
        Path results,
        double dollars,
        double gpuHours,
        Duration wallTime,
        long steps,
        long tokens,
        OptionalDouble finalLoss,
        OptionalDouble bestValidationLoss,
        List<GuideRow> guide,
        List<Checkpoint> checkpoints,
        List<Machine> machines,
        List<String> troubles,
        Optional<Leftover> leftover) {
    /** How a run ended. */
    public enum Outcome {
        /** The program came to its own end, early stopping included. */
        COMPLETED,
        /** It was asked to stop, saved, and is brought home. */
        STOPPED,
        OUT_OF_BUDGET,
        PAST_DEADLINE,
        /** The GPUs idled, and the plan ends runs that do. */
        IDLE,
        /** The program failed, in the dry run or in training. */
        PROGRAM_FAILED,
        /** Nothing to rent that fits plan and budget. */
        NO_OFFER,
        /** More machines were lost than the plan allows. */
        INTERRUPTED,
        /** The service or this machine kept it from going on. */
        FAILED,
        /** It goes on without us, or under another program. */
        LEFT
    }

    /** One line of the table. */
    public record GuideRow(GuideStep step, String outcome, Duration took, int times) {}

    /**
     * A file that is safe.
     *
     * @param where {@code results} or {@code bucket}
     */
    public record Checkpoint(String name, long sizeBytes, String sha256, String where) {}

    /** A machine that was rented. */
    public record Machine(
            long instanceId,
            String gpus,
            double dollarsPerHour,
            Instant from,
            @Nullable Instant until,
            String end) {}

    /**
     * An instance that was kept because its results could not be brought home, or that could not be destroyed.
     *
     * @param command how to get at it
     */
    public record Leftover(long instanceId, boolean stopped, String why, String command) {}

    public RunReport {
        guide = List.copyOf(guide);
        checkpoints = List.copyOf(checkpoints);
        machines = List.copyOf(machines);
        troubles = List.copyOf(troubles);
    }

    /** How one step of the guide went. */
    public GuideRow guide(GuideStep step) {
        return guide.stream().filter(row -> row.step() == step).findFirst().orElseThrow();
    }

    /** Whether the program came to its own end, and everything is home. */
    public boolean succeeded() {
        return outcome == Outcome.COMPLETED && leftover.isEmpty();
    }

    /** Where {@code best.pt}, {@code final.pt} or another one is, if it is in the results. */
    public Optional<Path> checkpoint(String name) {
        return checkpoints.stream()
                .filter(file -> file.name().equals(name) && file.where().equals(SafeFile.RESULTS))
                .map(file -> results.resolve(file.name()))
                .findFirst();
    }

    @Override
    public String toString() {
        String rows = guide.stream()
                .map(row -> String.format(
                        Locale.ROOT,
                        "  %-4s %-32s %8s  %s",
                        row.step().number(),
                        row.step().title(),
                        row.times() == 0 ? "" : seconds(row.took()) + (row.times() > 1 ? " ×" + row.times() : ""),
                        row.outcome()))
                .collect(Collectors.joining("\n"));
        String rented = machines.stream()
                .map(m -> String.format(
                        Locale.ROOT, "  %d  %s  $%.3f/h  %s", m.instanceId(), m.gpus(), m.dollarsPerHour(), m.end()))
                .collect(Collectors.joining("\n"));
        return String.format(
                Locale.ROOT,
                "%s: %s. %s%n%s%n  $%.2f, %.2f GPU-hours, %s; %,d steps, %,d tokens%s%s%nMachines:%n%s%s%s",
                id,
                outcome,
                summary,
                rows,
                dollars,
                gpuHours,
                seconds(wallTime),
                steps,
                tokens,
                finalLoss.isPresent() ? String.format(Locale.ROOT, ", loss %.4f", finalLoss.getAsDouble()) : "",
                bestValidationLoss.isPresent()
                        ? String.format(Locale.ROOT, ", best validation loss %.4f", bestValidationLoss.getAsDouble())
                        : "",
                rented,
                troubles.isEmpty() ? "" : "\nTroubles:\n  " + String.join("\n  ", troubles),
                leftover.map(left -> "\nLEFT OVER, billing: " + left).orElse(""));
    }

    private static String seconds(Duration time) {
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart())
                : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
}
