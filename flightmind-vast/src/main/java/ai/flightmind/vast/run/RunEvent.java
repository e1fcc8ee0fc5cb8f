package ai.flightmind.vast.run;

import ai.flightmind.vast.machine.Shortfall;
import ai.flightmind.vast.watch.MetricsLine;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Something that happened in a run. Each prints as a line for people. */
public sealed interface RunEvent {
    /** A step of the guide begins, or ends. */
    record Progress(GuideStep step, boolean done, String detail) implements RunEvent {
        @Override
        public String toString() {
            return "Step " + step.number() + " " + step.title() + (done ? ": " : " … ") + detail;
        }
    }

    /**
     * Something is on its way, to a machine or from it; told every two seconds or so.
     *
     * @param what as {@code Upload data/tokenized}
     * @param doneBytes so far; compressed, for a tree
     * @param totalBytes −1 if not known, as for a compressed tree
     */
    record Transfer(String what, long doneBytes, long totalBytes) implements RunEvent {
        @Override
        public String toString() {
            return totalBytes < 0
                    ? String.format(Locale.ROOT, "%s: %.1f MB", what, doneBytes / 1e6)
                    : String.format(Locale.ROOT, "%s: %.1f of %.1f MB", what, doneBytes / 1e6, totalBytes / 1e6);
        }
    }

    /** A machine is ours, and bills. */
    record Rented(long instanceId, String gpus, double dollarsPerHour) implements RunEvent {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "Instance %d: %s at $%.3f/h", instanceId, gpus, dollarsPerHour);
        }
    }

    /** A machine is not what its offer promised, and is given back. */
    record FellShort(long instanceId, List<Shortfall> shortfalls) implements RunEvent {
        @Override
        public String toString() {
            return "Instance " + instanceId + " falls short: " + shortfalls;
        }
    }

    /** A line that the program printed. */
    record LogLine(String line) implements RunEvent {
        @Override
        public String toString() {
            return line;
        }
    }

    /** A training step, from the metrics. Each comes once, also if it is done again after an interruption. */
    record Step(MetricsLine metrics) implements RunEvent {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "step %d  loss %.4f  %,.0f tokens/s",
                    metrics.step(),
                    metrics.loss().orElse(Double.NaN),
                    metrics.tokensPerSecond().orElse(Double.NaN));
        }
    }

    /** A checkpoint is verified where it will not be lost with the machine. */
    record CheckpointSafe(String name, long sizeBytes, String where) implements RunEvent {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s (%.1f MB) is safe in %s", name, sizeBytes / 1e6, where);
        }
    }

    /** What it costs so far, by our own count. */
    record Spent(double dollars, double dollarsPerHour, Duration sinceStart) implements RunEvent {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "$%.2f so far, $%.3f/h", dollars, dollarsPerHour);
        }
    }

    /** The GPUs have nothing to do although the program runs. */
    record Idle(Duration since) implements RunEvent {
        @Override
        public String toString() {
            return "The GPUs idle since " + since.toMinutes() + " min";
        }
    }

    /** The machine is lost. */
    record Interrupted(long instanceId, String why) implements RunEvent {
        @Override
        public String toString() {
            return "Instance " + instanceId + " is lost: " + why;
        }
    }

    /** Training begins, or goes on. */
    record Training(long instanceId, long fromStep) implements RunEvent {
        @Override
        public String toString() {
            return "Instance " + instanceId + " trains from step " + fromStep;
        }
    }

    /** Something to know; the run goes on. */
    record Warning(String message) implements RunEvent {
        @Override
        public String toString() {
            return "Warning: " + message;
        }
    }

    /** The last event. */
    record Ended(RunReport report) implements RunEvent {
        @Override
        public String toString() {
            return "Ended: " + report.outcome() + ". " + report.summary();
        }
    }
}
