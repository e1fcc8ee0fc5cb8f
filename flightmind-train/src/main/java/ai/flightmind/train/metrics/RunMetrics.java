package ai.flightmind.train.metrics;

import ai.flightmind.train.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The metrics of a whole run, each step once, in order. An immutable value.
 *
 * <p>A resumed run's metrics are joined as the run itself was: from the step on at which a later process began, its lines
 * replace those of the processes before. It does not matter whether the pieces are files of their own, as brought home from
 * several machines, or were written one behind another into the same file.
 */
public final class RunMetrics {
    private final List<StepMetrics> steps;
    private final List<Long> joints;
    private final List<Damage> damaged;

    /**
     * A line that is no line of metrics and was passed over, as one that was not written to its end.
     *
     * @param line from 1
     */
    public record Damage(Path file, long line) {}

    /**
     * Steps of which there is no line.
     *
     * @param first the first of them
     * @param last the last of them
     */
    public record Gap(long first, long last) {}

    private RunMetrics(MetricsJoin join) {
        this.steps = List.copyOf(join.steps);
        this.joints = List.copyOf(join.joints);
        this.damaged = List.copyOf(join.damaged);
    }

    /** Reads a run's one file. It may be one that is being written. */
    public static RunMetrics read(Path file) {
        return read(List.of(file));
    }

    /**
     * Reads the pieces of a run, in the order in which they were written.
     *
     * @throws DataException if one cannot be read
     */
    public static RunMetrics read(List<Path> pieces) {
        MetricsJoin join = new MetricsJoin();
        pieces.forEach(join::add);
        return new RunMetrics(join);
    }

    /** One for each step, ascending. */
    public List<StepMetrics> steps() {
        return steps;
    }

    /** The newest step. */
    public Optional<StepMetrics> last() {
        return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
    }

    /** The step of the lowest validation loss, if the model was ever evaluated; the first of equal ones. */
    public Optional<StepMetrics> best() {
        return steps.stream()
                .filter(step -> step.validationLoss().isPresent())
                .min(Comparator.comparingDouble(step -> step.validationLoss().getAsDouble()));
    }

    /**
     * The first steps of later processes, as far as the lines show: where one piece ends and the next goes on. A file that
     * {@link ai.flightmind.train.callback.MetricsFile} kept tidy over a resume does not show it.
     */
    public List<Long> joints() {
        return joints;
    }

    /** What is missing between the first and the newest step; empty for a run whose pieces are all there. */
    public List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>();
        for (int i = 1; i < steps.size(); i++) {
            long before = steps.get(i - 1).step();
            long after = steps.get(i).step();
            if (after > before + 1) {
                gaps.add(new Gap(before + 1, after - 1));
            }
        }
        return gaps;
    }

    /** Lines that were passed over. The last line of a file that is being written can be one. */
    public List<Damage> damaged() {
        return damaged;
    }
}
