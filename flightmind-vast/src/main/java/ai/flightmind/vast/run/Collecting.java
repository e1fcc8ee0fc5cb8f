package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.SshAddress;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.run.RunReport.Leftover;
import ai.flightmind.vast.watch.CheckpointFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Step 9 of the guide: everything worth keeping is here, verified, before the machine is destroyed. */
final class Collecting {
    private final RunContext run;
    private final Checkpointing checkpointing;
    private final DetachedJob job;
    private final Steadiness steadiness;
    private final Owning owning;

    Collecting(RunContext run, Checkpointing checkpointing, Jobs jobs, Steadiness steadiness, Owning owning) {
        this.run = run;
        this.checkpointing = checkpointing;
        this.job = jobs.training();
        this.steadiness = steadiness;
        this.owning = owning;
    }

    /** The machine's log and metrics, as they come. */
    Following follow(Machine machine) {
        return new Following(run, machine, job.logFile(), log(machine), checkpointing.folder());
    }

    /**
     * From a machine that should be there.
     *
     * @return what came home, for people
     * @throws MachineLost if it is not there any more: what it had is lost, and another has to do it again
     * @throws RunEnd if it is, and its files cannot be brought here
     */
    String fromLiving(Machine machine) {
        try {
            return steadiness.keep(machine, "Bringing the results home", () -> fetch(machine));
        } catch (MachineLost lost) {
            if (lost.isFellShort()) {
                throw new RunEnd(RunReport.Outcome.FAILED, lost.why(), lost);
            }
            throw lost;
        } catch (UncheckedIOException e) {
            throw new RunEnd(RunReport.Outcome.FAILED, "The results cannot be written here: " + e.getMessage(), e);
        }
    }

    /**
     * At an early end: stops the program, which saves, and brings home what there is.
     *
     * @return the machine, if it has to be kept for what is on it
     */
    Optional<Leftover> fromWhatIsLeft(Machine machine) {
        try {
            JobState state = steadiness.keep(
                    machine,
                    "Stopping the program",
                    () -> JobState.parse(machine.stop(job, run.plan().patience().stopGrace())));
            if (!(state instanceof JobState.Absent)) {
                run.clock().step(GuideStep.DOWNLOAD, "results", () -> fromLiving(machine), what -> what);
            }
            return Optional.empty();
        } catch (MachineLost | RunEnd | CancelledException e) {
            if (!run.history().hasTrained(machine.id())) {
                return Optional.empty();
            }
            return keepUnlessLost(machine.id(), e);
        }
    }

    private String fetch(Machine machine) {
        List<CheckpointFile> there = machine.pulse(job, checkpointing.folder()).files();
        List<String> names = checkpointing.collect(machine, there);
        tellWhatWasMissed();
        if (machine.run("[ -f " + job.logFile() + " ] && echo yes || echo no")
                .strip()
                .equals("yes")) {
            machine.files().download(job.logFile(), log(machine));
        }
        return names.isEmpty() ? "no checkpoint; logs" : String.join(", ", names) + ", metrics, logs";
    }

    /** Steps that were done when nobody could follow, from the metrics that are home. */
    void tellWhatWasMissed() {
        Path metrics = run.plan().results().resolve(Checkpointing.METRICS);
        if (!Files.exists(metrics)) {
            return;
        }
        try (Stream<String> lines = Files.lines(metrics, StandardCharsets.UTF_8)) {
            lines.forEach(run::metricsLine);
        } catch (IOException e) {
            throw new UncheckedIOException("The metrics cannot be read: " + metrics, e);
        }
    }

    /**
     * What to do with a machine whose results could not be brought home.
     *
     * @return the machine, kept for another try; empty if it is lost with what it had
     */
    Optional<Leftover> keepUnlessLost(long instanceId, RuntimeException why) {
        if (!(why instanceof MachineLost lost) || lost.isFellShort() || !owning.isLostForGood(instanceId)) {
            return Optional.of(keep(instanceId, why));
        }
        run.history()
                .trouble(
                        run.now(),
                        "Instance " + instanceId + " was lost before its last results were home: " + lost.why());
        return Optional.empty();
    }

    /** With results on it. Its disk bills on; its GPUs only while there is money for another try by hand. */
    private Leftover keep(long instanceId, RuntimeException why) {
        // First, since its GPUs bill.
        boolean stopped = owning.halt(instanceId);
        String message = "Results could not be brought home: " + why.getMessage();
        run.history().trouble(run.now(), message);
        return new Leftover(
                instanceId,
                stopped,
                message,
                (stopped ? "start it, " : "") + address(instanceId) + "runs().attach(\"" + run.id() + "\")");
    }

    /** For people; empty if it is not to be had now. */
    private String address(long instanceId) {
        try {
            SshAddress ssh = run.cloud().instances().get(instanceId).sshAddress();
            return ssh == null
                    ? ""
                    : "ssh -p " + ssh.port() + " root@" + ssh.host() + " (files in " + checkpointing.folder()
                            + "), or ";
        } catch (CancelledException e) {
            boolean unused = Thread.interrupted();
            return "";
        } catch (VastException e) {
            return ""; // attaching finds it without
        }
    }

    static Leftover undestroyed(long id) {
        return new Leftover(
                id,
                false,
                "It could not be destroyed, and bills.",
                "instances().destroy(" + id + "), until it succeeds");
    }

    private Path log(Machine machine) {
        return run.plan().results().resolve("logs").resolve("instance-" + machine.id() + ".log");
    }
}
