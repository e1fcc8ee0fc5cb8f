package ai.flightmind.train.metrics;

import ai.flightmind.train.error.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the lines of a run's pieces together, each step once. */
final class MetricsJoin {
    final List<StepMetrics> steps = new ArrayList<>();
    final List<Long> joints = new ArrayList<>();
    final List<RunMetrics.Damage> damaged = new ArrayList<>();

    private final MetricsLine parser = new MetricsLine();

    void add(Path piece) {
        try (BufferedReader lines = Files.newBufferedReader(piece)) {
            boolean pieceBegins = true;
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                StepMetrics step = parser.parse(line);
                if (step == null) {
                    damaged.add(new RunMetrics.Damage(piece, number));
                } else {
                    add(step, pieceBegins);
                    pieceBegins = false;
                }
            }
        } catch (IOException e) {
            throw new DataException("The metrics " + piece + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void add(StepMetrics step, boolean pieceBegins) {
        StepMetrics before = last();
        if (before != null && (pieceBegins || step.step() <= before.step())) {
            goOnFrom(step.step());
        }
        steps.add(step);
    }

    /** Takes out what is done again, and the joints that were in it. */
    private void goOnFrom(long step) {
        for (StepMetrics last = last(); last != null && last.step() >= step; last = last()) {
            steps.remove(steps.size() - 1);
        }
        joints.removeIf(joint -> joint >= step);
        if (!steps.isEmpty()) {
            joints.add(step);
        }
    }

    private @Nullable StepMetrics last() {
        return steps.isEmpty() ? null : steps.get(steps.size() - 1);
    }
}
