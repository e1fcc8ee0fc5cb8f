package ai.flightmind.examples.benchmark;

import ai.flightmind.train.callback.CheckpointWritten;
import java.util.List;
import java.util.Optional;

/**
 * What saving beside the training costs it, in seconds per save.
 *
 * @param saves that began and ended within the measured steps
 * @param betweenSeconds between two steps, in which training waits
 * @param besideSeconds after that, in which it is copied out and written while training goes on
 * @param lostSeconds by which the steps of all that took longer than the median of those without
 */
record CheckpointCost(int saves, double betweenSeconds, double besideSeconds, double lostSeconds) {
    /** Of the time that the save took; 1 is what saving costs that stops training. */
    double lostShare() {
        return lostSeconds / (betweenSeconds + besideSeconds);
    }

    private record Save(long beginNanos, long betweenNanos, long besideNanos) {
        long endNanos() {
            return beginNanos + betweenNanos + besideNanos;
        }

        boolean disturbs(MeasuredStep step) {
            return step.beginNanos() < endNanos() && step.endNanos() > beginNanos;
        }
    }

    /** Empty if there was no whole save, or no step without one. */
    static Optional<CheckpointCost> of(List<MeasuredStep> steps, List<CheckpointWritten> written) {
        List<Save> saves = steps.stream()
                .flatMap(step -> written.stream()
                        .filter(checkpoint -> checkpoint.step() == step.step().step() - 1)
                        .map(checkpoint -> new Save(
                                step.beginNanos(),
                                step.gapNanos(),
                                checkpoint.duration().toNanos())))
                .toList();
        long end = steps.get(steps.size() - 1).endNanos();
        List<Save> whole = saves.stream().filter(save -> save.endNanos() <= end).toList();
        List<MeasuredStep> free = steps.stream()
                .filter(step -> saves.stream().noneMatch(save -> save.disturbs(step)))
                .toList();
        if (whole.isEmpty() || free.isEmpty()) {
            return Optional.empty();
        }
        double usual =
                Spread.of(free.stream().mapToDouble(MeasuredStep::periodNanos)).median();
        double lost = steps.stream()
                .filter(step -> whole.stream().anyMatch(save -> save.disturbs(step)))
                .mapToDouble(step -> step.periodNanos() - usual)
                .sum();
        double perSave = 1e-9 / whole.size();
        return Optional.of(new CheckpointCost(
                whole.size(),
                perSave * whole.stream().mapToLong(Save::betweenNanos).sum(),
                perSave * whole.stream().mapToLong(Save::besideNanos).sum(),
                perSave * lost));
    }
}
