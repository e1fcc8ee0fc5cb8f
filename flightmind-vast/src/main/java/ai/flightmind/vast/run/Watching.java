package ai.flightmind.vast.run;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceStatus;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.run.RunReport.Outcome;
import ai.flightmind.vast.watch.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Steps 7 and 8 of the guide: looks at the machine and its job, again and again, until one of them ends. */
final class Watching {
    private static final double IDLE_PERCENT = 5;
    /** Of the disk; a checkpoint that does not fit is lost. */
    private static final double FULL = 0.01;

    private final RunContext run;
    private final Machine machine;
    private final DetachedJob job;
    private final BringingHome bringing;
    private final Checkpointing checkpointing;
    private final Following following;
    private @Nullable Instant silentSince;
    private @Nullable Instant idleSince;
    private @Nullable VastException lastSilence;
    private boolean idleTold;

    Watching(
            RunContext run,
            Machine machine,
            DetachedJob job,
            BringingHome bringing,
            Checkpointing checkpointing,
            Following following) {
        this.run = run;
        this.machine = machine;
        this.job = job;
        this.bringing = bringing;
        this.checkpointing = checkpointing;
        this.following = following;
    }

    /**
     * Waits until the job has ended.
     *
     * @throws MachineLost if the machine has
     * @throws RunEnd if the run is asked to stop, is over its budget, or is looked after by someone else
     */
    JobState untilItEnds() {
        while (true) {
            Pulse pulse = pulse();
            Instance instance = run.lookAt(machine.id());
            requireAlive(instance, pulse);
            if (pulse != null) {
                requireOwner(pulse);
                bringing.offer(machine, pulse.files());
                following.keepFollowing();
                if (!(pulse.job() instanceof JobState.Running)) {
                    return pulse.job();
                }
                requireSpace(pulse);
                judgeIdleness(pulse);
            }
            run.tell(new RunEvent.Spent(
                    run.dollars(),
                    run.history().dollarsPerHour(),
                    Duration.between(run.history().started(), run.now())));
            run.pause();
        }
    }

    /** Null while SSH is silent. */
    private @Nullable Pulse pulse() {
        run.stop().check();
        try {
            Pulse pulse = Pulse.parse(machine.run(Preparing.signOfLife(run)
                    + Pulse.script(job, Machine.WORK, checkpointing.folder(), Machine.OWNER)));
            silentSince = null;
            lastSilence = null;
            return pulse;
        } catch (SshException | DataException e) {
            if (silentSince == null) {
                silentSince = run.now();
                run.warn("Instance " + machine.id() + " does not answer: " + e.getMessage());
            }
            lastSilence = e;
            return null;
        }
    }

    private void requireAlive(@Nullable Instance instance, @Nullable Pulse pulse) {
        if (instance != null) {
            InstanceStatus status = instance.status();
            if (instance.isHalted()) {
                throw new MachineLost(
                        Boolean.TRUE.equals(instance.bid())
                                ? "It was outbid, and is stopped."
                                : "It is stopped: outbid, out of credit, or stopped by someone.",
                        null);
            }
            if (status != null && status.isLost() && pulse == null) {
                throw new MachineLost("Its container is " + status + ".", lastSilence);
            }
        }
        if (silentSince != null) {
            Duration silent = Duration.between(silentSince, run.now());
            if (silent.compareTo(run.plan().patience().outOfReach()) >= 0) {
                throw new MachineLost("It is out of reach since " + silent.toSeconds() + " s.", lastSilence);
            }
        }
    }

    private void requireOwner(Pulse pulse) {
        if (!pulse.owner().isEmpty() && !pulse.owner().equals(run.token())) {
            throw new RunEnd(Outcome.LEFT, "Another program looks after the run now.");
        }
    }

    private void requireSpace(Pulse pulse) {
        if (pulse.freeDiskBytes() < FULL * pulse.totalDiskBytes()) {
            run.history().diskFull(run.now());
            throw new MachineLost(
                    "Its disk is full; the next one gets " + run.diskGb() + " GB. Keep fewer checkpoints there.", null);
        }
    }

    private void judgeIdleness(Pulse pulse) {
        boolean idle = !pulse.gpus().isEmpty()
                && pulse.gpus().stream()
                        .allMatch(gpu -> gpu.utilizationPercent().orElse(100) < IDLE_PERCENT);
        if (!idle) {
            idleSince = null;
            idleTold = false;
            return;
        }
        Instant since = Objects.requireNonNullElse(idleSince, run.now());
        idleSince = since;
        Duration idleFor = Duration.between(since, run.now());
        if (idleFor.compareTo(run.plan().patience().idle()) >= 0) {
            if (!idleTold) {
                idleTold = true;
                run.tell(new RunEvent.Idle(idleFor));
            }
            if (run.plan().endsWhenIdle()) {
                throw new RunEnd(Outcome.IDLE, "The GPUs had nothing to do for " + idleFor.toMinutes() + " min.");
            }
        }
    }
}
