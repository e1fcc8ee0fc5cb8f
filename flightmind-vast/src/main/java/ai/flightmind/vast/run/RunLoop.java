package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.provision.Provisioned;
import ai.flightmind.vast.run.RunReport.Leftover;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The guide, from its first step to its last, on as many machines as it takes. Runs on the run's own thread. */
final class RunLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final int RESTARTS_WITHOUT_PROGRESS = 2;

    private final RunContext run;
    private final Journal journal;
    private final Owning owning;
    private final Renting renting;
    private final Rejoining rejoining;
    private final Preparing preparing;
    private final Steadiness steadiness;
    private final Checkpointing checkpointing;
    private final Collecting collecting;
    private final Jobs jobs;
    private @Nullable Machine machine;
    private boolean collected;

    RunLoop(RunContext run, Journal journal) {
        this.run = run;
        this.journal = journal;
        this.owning = new Owning(run);
        this.renting = new Renting(run, owning, new Connecting(run));
        this.rejoining = new Rejoining(run, renting, owning);
        this.preparing = new Preparing(run);
        this.steadiness = new Steadiness(run);
        this.jobs = new Jobs(run.plan());
        Home results = new ResultsHome(run);
        this.checkpointing = new Checkpointing(
                run, run.plan().backup().<Home>map(BucketHome::new).orElse(results), results);
        this.collecting = new Collecting(run, checkpointing, jobs, steadiness, owning);
    }

    /** All of it. Whatever happens, there is a report, and nothing bills that nobody knows of. */
    RunReport toTheEnd() {
        Optional<History.Ended> before = run.history().ended();
        if (before.isPresent()) {
            collecting.tellWhatWasMissed();
            return Reporting.report(
                    run, new Ending(before.get().outcome(), before.get().summary()), Optional.empty());
        }
        run.stop().begin();
        boolean stopped = rejoining.noteHalt();
        Ending ending;
        Optional<Leftover> leftover;
        try (Guard guard = new Guard(run, stopped)) {
            ending = work();
            run.stop().orderlyEnd();
            leftover = ending.outcome() == Outcome.LEFT ? Optional.empty() : tidyUp();
        } finally {
            hangUp();
            run.stop().finish();
        }
        if (ending.outcome() != Outcome.LEFT && leftover.isEmpty()) {
            run.history().ended(run.now(), ending.outcome(), ending.summary());
        }
        return Reporting.report(run, ending, leftover);
    }

    private Ending work() {
        try {
            Optional<RentalRecord> inherited = owning.inherit();
            while (true) {
                try {
                    machine = inherited.isPresent() ? rejoining.rejoin(inherited.get()) : renting.rent();
                    return trainOn(machine);
                } catch (MachineLost lost) {
                    lose(lost);
                    inherited = Optional.empty();
                }
            }
        } catch (RunEnd end) {
            return new Ending(end.outcome(), end.summary());
        } catch (CancelledException e) {
            return run.stop().interrupted(e) instanceof RunEnd end
                    ? new Ending(end.outcome(), end.summary())
                    : new Ending(Outcome.FAILED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("Run {} failed", run.id(), e);
            return new Ending(Outcome.FAILED, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    /** Steps 4 to 9 on one machine. What an earlier program has done there is not done again. */
    private Ending trainOn(Machine on) {
        JobState before = steadiness.keep(
                on,
                "Asking for the job",
                () -> JobState.parse(on.run(jobs.training().stateScript())));
        Provisioned installed = null;
        if (before instanceof JobState.Absent || before instanceof JobState.Lost) {
            installed = prepare(on);
        }
        steadiness.keep(on, "Setting up the watchdog", () -> {
            preparing.leaveJournal(on, journal);
            return preparing.startWatchdog(on, jobs.training());
        });
        if (!(before instanceof JobState.Exited)) {
            Provisioned there = installed;
            run.clock().step(GuideStep.TRAIN, "starting", () -> start(on, there), state -> state.toString());
        }
        JobState end = run.clock()
                .step(GuideStep.MONITOR, "following", () -> follow(on), state -> "the program ended: " + state);
        run.clock().step(GuideStep.DOWNLOAD, "results", () -> collecting.fromLiving(on), what -> what);
        collected = true;
        return end instanceof JobState.Exited exited && exited.succeeded()
                ? new Ending(Outcome.COMPLETED, "The program came to its end.")
                : new Ending(Outcome.PROGRAM_FAILED, "The program failed (" + end + "); see its log in the results.");
    }

    private @Nullable Provisioned prepare(Machine on) {
        Provisioned installed = run.clock()
                .step(
                        GuideStep.INSTALL,
                        "program and natives",
                        () -> steadiness.keep(on, "Installing", () -> preparing.install(on)),
                        what -> what == null ? "nothing: a command" : what.changed() ? "done" : "was there");
        run.clock()
                .step(
                        GuideStep.UPLOAD,
                        "data",
                        () -> steadiness.keep(on, "Uploading", () -> {
                            String sent = preparing.upload(on);
                            SafeFile restored = checkpointing.restore(
                                    on,
                                    on.pulse(jobs.training(), checkpointing.folder())
                                            .files());
                            return restored == null ? sent : sent + ", " + restored.name() + " put back";
                        }),
                        what -> what);
        run.clock().step(GuideStep.ENVIRONMENT, "NCCL", () -> "NCCL_NVLS_ENABLE=0", what -> what);
        run.plan().dryRun().filter(dry -> !run.history().isDryRunDone()).ifPresent(dry -> {
            DetachedJob job = jobs.on(on.rental()).dryRun(dry, on.rental().gpus(), installed);
            DryRunning dryRunning = new DryRunning(run);
            String found = run.clock()
                    .step(
                            GuideStep.DRY_RUN,
                            dry.steps() + " steps",
                            () -> steadiness.keep(on, "The dry run", () -> {
                                // Of an earlier try, whose line broke.
                                String unused = on.stop(job, Duration.ZERO);
                                preparing.linkData(on);
                                return dryRunning.on(on, job, dry);
                            }),
                            what -> what);
            run.history().dryRunDone(run.now(), on.id(), found);
        });
        return installed;
    }

    private JobState start(Machine on, @Nullable Provisioned installed) {
        return steadiness.keep(on, "Starting the program", () -> {
            Provisioned there = installed == null ? preparing.install(on) : installed;
            long from = checkpointing.nextStep();
            JobState state = JobState.parse(on.run(
                    jobs.on(on.rental()).training(on.rental().gpus(), there).startScript()));
            run.history().training(run.now(), on.id(), from);
            run.training(on);
            run.tell(new RunEvent.Training(on.id(), from));
            return state;
        });
    }

    /** Until the program ends by itself; what was killed is started again, unless that leads nowhere. */
    private JobState follow(Machine on) {
        DetachedJob job = jobs.training();
        int restarts = 0;
        long newest = checkpointing.newestStep();
        try (BringingHome bringing = new BringingHome(run, checkpointing);
                Following following = collecting.follow(on)) {
            Watching watching = new Watching(run, on, job, bringing, checkpointing, following);
            while (true) {
                JobState state = watching.untilItEnds();
                if (state instanceof JobState.Exited exited && exited.succeeded()) {
                    return state;
                }
                long now = checkpointing.newestStep();
                restarts = now > newest ? 0 : restarts;
                newest = now;
                if (restarts++ >= RESTARTS_WITHOUT_PROGRESS) {
                    return state;
                }
                run.history().trouble(run.now(), "The program ended (" + state + ") and was started again.");
                run.warn("The program ended (" + state + "), and is started again.");
                run.pause();
                start(on, null);
            }
        }
    }

    private void lose(MachineLost lost) {
        RentalRecord rental = run.history().open().orElse(null);
        hangUp();
        if (rental == null) {
            return;
        }
        if (lost.isFellShort()) {
            run.history().fellShort(run.now(), rental.instanceId(), lost.why());
            run.warn("Instance " + rental.instanceId() + " is given back: " + lost.why());
        } else {
            run.history().interrupted(run.now(), rental.instanceId(), lost.why());
            run.tell(new RunEvent.Interrupted(rental.instanceId(), lost.why()));
        }
        owning.destroy(rental.instanceId(), lost.isFellShort() ? "fell short" : "lost: " + lost.why());
        if (run.history().interruptions() > run.plan().onInterruption().rentAgain()) {
            throw new RunEnd(
                    Outcome.INTERRUPTED,
                    "More machines were lost than the plan allows; the last: " + lost.why()
                            + " Start again with the same results to go on.");
        }
        if (run.history().shortfalls() >= run.plan().patience().machines()) {
            throw new RunEnd(
                    Outcome.NO_OFFER,
                    run.history().shortfalls() + " machines were not as they should be; the last: " + lost.why());
        }
    }

    /** What is not home yet comes home; then everything is destroyed that is not kept for its results. */
    private Optional<Leftover> tidyUp() {
        Optional<Leftover> kept = collected ? Optional.empty() : collectWhatIsLeft();
        Long keptId = kept.map(Leftover::instanceId).orElse(null);
        try {
            List<Long> left = run.clock()
                    .step(
                            GuideStep.DESTROY,
                            "and verify",
                            () -> owning.destroyAllBut(keptId),
                            ids -> ids.isEmpty()
                                    ? (keptId == null ? "nothing is left" : "kept instance " + keptId)
                                    : "not destroyed: " + ids);
            return left.isEmpty() ? kept : Optional.of(Collecting.undestroyed(left.get(0)));
        } catch (VastException e) {
            return kept.or(() -> run.history().open().map(r -> Collecting.undestroyed(r.instanceId())));
        }
    }

    /** Also from a machine that this program has not reached yet, if an earlier one has trained there. */
    private Optional<Leftover> collectWhatIsLeft() {
        Optional<RentalRecord> unfinished = machine == null ? rejoining.unfinished() : Optional.empty();
        if (unfinished.isPresent()) {
            try {
                machine = rejoining.rejoin(unfinished.get());
            } catch (MachineLost | RunEnd | VastException e) {
                return collecting.keepUnlessLost(unfinished.get().instanceId(), e);
            }
        }
        Machine on = machine;
        return on == null ? Optional.empty() : collecting.fromWhatIsLeft(on);
    }

    private void hangUp() {
        run.training(null);
        if (machine != null) {
            machine.close();
            machine = null;
        }
    }

    /** Why the run ends. */
    record Ending(Outcome outcome, String summary) {}
}
