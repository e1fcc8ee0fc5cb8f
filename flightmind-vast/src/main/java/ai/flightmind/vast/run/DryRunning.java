package ai.flightmind.vast.run;

import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.run.RunReport.Outcome;
import ai.flightmind.vast.watch.CheckpointFile;
import ai.flightmind.vast.watch.MetricsLine;
import ai.flightmind.vast.watch.Pulse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Step 6 of the guide: some steps on all GPUs before the long run, with a folder of its own. What is wrong with the program
 * ends the run; what is wrong with the machine loses the machine.
 */
final class DryRunning {
    /** Of the whole, by which the loss is judged at both ends. */
    private static final int ENDS = 4;

    private static final int FEW_STEPS = 8;
    private static final int PULSES_TO_JUDGE_GPUS = 3;

    private final RunContext run;

    DryRunning(RunContext run) {
        this.run = run;
    }

    /**
     * What it found, in a sentence.
     *
     * @throws RunEnd if the program fails, or does not learn
     * @throws MachineLost if it is too slow, or a GPU has nothing to do
     */
    String on(Machine machine, DetachedJob job, DryRun dry) {
        String checkpoints = Machine.DRY + "/" + run.plan().checkpointFolder();
        Map<Integer, Double> busiest = new TreeMap<>();
        machine.run(job.startScript());
        int pulses = 0;
        Pulse pulse;
        do {
            run.pause(shortPoll());
            pulse = Pulse.parse(machine.run(Pulse.script(job, Machine.DRY, checkpoints, Machine.OWNER)));
            pulse.gpus()
                    .forEach(gpu -> gpu.utilizationPercent()
                            .ifPresent(percent -> busiest.merge(gpu.index(), percent, Math::max)));
            pulses++;
        } while (pulse.job() instanceof JobState.Running);
        List<MetricsLine> steps = machine.run("cat " + checkpoints + "/metrics.jsonl 2>/dev/null || :")
                .lines()
                .map(MetricsLine::parse)
                .flatMap(Optional::stream)
                .toList();
        requireSuccess(machine, job, pulse, steps, dry);
        if (pulses >= PULSES_TO_JUDGE_GPUS) {
            requireAllBusy(busiest);
        }
        String speed = requireSpeed(machine, steps, dry);
        String learnt = requireLearning(steps);
        machine.run("rm -rf " + Machine.DRY + " " + Machine.DRY_JOB);
        return dry.steps() + " steps, " + speed + ", " + learnt;
    }

    private void requireSuccess(Machine machine, DetachedJob job, Pulse pulse, List<MetricsLine> steps, DryRun dry) {
        boolean ended = pulse.job() instanceof JobState.Exited exited && exited.succeeded();
        if (!ended) {
            throw new RunEnd(
                    Outcome.PROGRAM_FAILED,
                    "The dry run failed (" + pulse.job() + "). The end of its log:\n" + tail(machine, job));
        }
        boolean once = steps.stream().map(MetricsLine::step).distinct().count() == steps.size();
        if (steps.size() != dry.steps() || !once) {
            throw new RunEnd(
                    Outcome.PROGRAM_FAILED,
                    "The dry run wrote " + steps.size() + " lines of metrics for " + dry.steps()
                            + " steps; rank 0, and no other, has to write "
                            + run.plan().checkpointFolder() + "/metrics.jsonl. The end of its log:\n"
                            + tail(machine, job));
        }
        if (pulse.files().stream().noneMatch(CheckpointFile::isCheckpoint)) {
            throw new RunEnd(
                    Outcome.PROGRAM_FAILED,
                    "The dry run saved no checkpoint in " + run.plan().checkpointFolder() + ".");
        }
    }

    private static String tail(Machine machine, DetachedJob job) {
        return machine.run("tail -n 20 " + job.logFile() + " 2>/dev/null || :").strip();
    }

    private static void requireAllBusy(Map<Integer, Double> busiest) {
        List<Integer> idle = new ArrayList<>();
        busiest.forEach((gpu, percent) -> {
            if (percent <= 0) {
                idle.add(gpu);
            }
        });
        if (!idle.isEmpty()) {
            throw MachineLost.fellShort("GPUs " + idle + " had nothing to do in the dry run.", null);
        }
    }

    private String requireSpeed(Machine machine, List<MetricsLine> steps, DryRun dry) {
        double[] late = steps.stream()
                .skip(steps.size() / 2)
                .mapToDouble(step -> step.tokensPerSecond().orElse(0))
                .sorted()
                .toArray();
        double median = late[late.length / 2];
        String speed = String.format(Locale.ROOT, "%,.0f tokens/s", median);
        Optional<GpuType> gpu = GpuType.named(machine.rental().gpuName());
        if (gpu.isEmpty()) {
            return speed + " (no estimate for a " + machine.rental().gpuName() + ")";
        }
        double estimate = run.plan().workload().tokensPerSecond(gpu.get())
                * machine.rental().gpus();
        String share = String.format(Locale.ROOT, "%s, %.0f %% of the estimate", speed, 100 * median / estimate);
        if (median < dry.shareOfEstimate() * estimate) {
            throw MachineLost.fellShort(
                    String.format(
                            Locale.ROOT, "It is too slow: %s; %.0f %% are asked.", share, 100 * dry.shareOfEstimate()),
                    null);
        }
        return share;
    }

    private static String requireLearning(List<MetricsLine> steps) {
        int end = steps.size() / ENDS;
        double first = mean(steps.subList(0, Math.max(1, end)));
        double last = mean(steps.subList(steps.size() - Math.max(1, end), steps.size()));
        String learnt = String.format(Locale.ROOT, "loss %.3f to %.3f", first, last);
        if (steps.size() >= FEW_STEPS && !(last < first)) {
            throw new RunEnd(Outcome.PROGRAM_FAILED, "The loss does not fall in the dry run: " + learnt + ".");
        }
        return learnt;
    }

    private static double mean(List<MetricsLine> steps) {
        return steps.stream()
                .mapToDouble(step -> step.loss().orElse(Double.NaN))
                .average()
                .orElse(Double.NaN);
    }

    private Duration shortPoll() {
        Duration poll = run.plan().patience().poll();
        Duration most = Duration.ofSeconds(5);
        return poll.compareTo(most) < 0 ? poll : most;
    }
}
