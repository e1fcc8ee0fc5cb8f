package ai.flightmind.vast.run;

import ai.flightmind.vast.run.RunReport.Leftover;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Writes the report from what is in the journal. */
final class Reporting {
    private Reporting() {}

    static RunReport report(RunContext run, RunLoop.Ending ending, Optional<Leftover> leftover) {
        History history = run.history();
        Instant now = history.ended().map(History.Ended::at).orElseGet(run::now);
        return new RunReport(
                run.id(),
                ending.outcome(),
                ending.summary(),
                run.plan().results(),
                history.dollars(now),
                history.gpuHours(now),
                Duration.between(history.started(), now),
                run.progress().lastStep() + 1,
                run.progress().tokens(),
                run.progress().loss(),
                run.progress().bestValidationLoss(),
                history.guide(),
                history.safe().stream()
                        .map(file ->
                                new RunReport.Checkpoint(file.name(), file.sizeBytes(), file.sha256(), file.where()))
                        .toList(),
                history.rentals().stream()
                        .map(r -> new RunReport.Machine(
                                r.instanceId(), r.gpuText(), r.dollarsPerHour(), r.from(), r.until(), r.end()))
                        .toList(),
                history.troubles(),
                leftover);
    }
}
