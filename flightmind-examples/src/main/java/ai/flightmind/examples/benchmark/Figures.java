package ai.flightmind.examples.benchmark;

import ai.flightmind.train.callback.Phases;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What was measured of one setup. */
public final class Figures {
    private final Setup setup;
    private final RunStart run;
    private final int threads;
    private final List<MeasuredStep> steps;
    private final double matrixPeak;
    private final Optional<JavaShare> javaShare;
    private final Optional<MemoryUse> memory;
    private final Optional<CheckpointCost> checkpointCost;

    Figures(
            Setup setup,
            RunStart run,
            int threads,
            List<MeasuredStep> steps,
            double matrixPeak,
            Optional<JavaShare> javaShare,
            Optional<MemoryUse> memory,
            Optional<CheckpointCost> checkpointCost) {
        this.setup = setup;
        this.run = run;
        this.threads = threads;
        this.steps = steps;
        this.matrixPeak = matrixPeak;
        this.javaShare = javaShare;
        this.memory = memory;
        this.checkpointCost = checkpointCost;
    }

    /** For people. */
    public String table() {
        return FiguresText.of(this);
    }

    /** For programs: one object, in which {@code null} is what was not measured. */
    public String json() {
        return FiguresJson.of(this);
    }

    Setup setup() {
        return setup;
    }

    RunStart run() {
        return run;
    }

    int threads() {
        return threads;
    }

    /** Fewer than were asked for if the run was stopped. */
    int stepCount() {
        return steps.size();
    }

    /** Of the measured steps, each by itself; a token is one that is predicted, on whatever rank. */
    Spread tokensPerSecond() {
        return Spread.of(steps.stream().map(MeasuredStep::step).mapToDouble(Step::tokensPerSecond));
    }

    /** Of all measured steps together, with what lies between them. */
    double overallTokensPerSecond() {
        return run.tokensPerStep()
                * steps.size()
                / (steps.stream().mapToLong(MeasuredStep::periodNanos).sum() / 1e9);
    }

    double flopsBy6n() {
        return 6.0 * setup.model().parameterCount() * tokensPerSecond().median();
    }

    double flopsWithAttention() {
        return setup.model().flopsPerToken(run.sequenceLength())
                * tokensPerSecond().median();
    }

    /** Operations per second of all ranks, as measured with matrices. */
    double matrixPeak() {
        return matrixPeak;
    }

    /** Operations per second of all ranks by the maker's word, where it is known. */
    OptionalDouble dataSheetPeak() {
        Step any = steps.get(0).step();
        return any.flopsUtilisation().isPresent()
                ? OptionalDouble.of(setup.model().flopsPerToken(run.sequenceLength())
                        * any.tokensPerSecond()
                        / any.flopsUtilisation().getAsDouble())
                : OptionalDouble.empty();
    }

    double meanStepSeconds() {
        return mean(step -> Optional.of(step.duration())).orElseThrow();
    }

    /** The mean seconds of a step by what they go into, which together are the mean step; empty if not measured. */
    Map<String, Double> phaseSeconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Function<Phases, Duration>> phases = new LinkedHashMap<>();
        phases.put("data", Phases::data);
        phases.put("forward", Phases::forward);
        phases.put("backward", Phases::backward);
        phases.put("reduction", Phases::reduction);
        phases.put("optimizer", Phases::optimizer);
        phases.put("rest", Phases::rest);
        phases.forEach(
                (name, phase) -> mean(step -> step.phases().map(phase)).ifPresent(mean -> seconds.put(name, mean)));
        return seconds;
    }

    private OptionalDouble mean(Function<Step, Optional<Duration>> duration) {
        return steps.stream()
                .map(MeasuredStep::step)
                .flatMap(step -> duration.apply(step).stream())
                .mapToDouble(part -> part.toNanos() / 1e9)
                .average();
    }

    Optional<JavaShare> javaShare() {
        return javaShare;
    }

    Optional<MemoryUse> memory() {
        return memory;
    }

    Optional<CheckpointCost> checkpointCost() {
        return checkpointCost;
    }
}
