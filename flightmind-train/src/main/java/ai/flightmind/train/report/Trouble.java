package ai.flightmind.train.report;

import static ai.flightmind.train.report.Figures.format;

import ai.flightmind.train.history.RunHistory;
import ai.flightmind.train.history.RunRecord;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import java.util.ArrayList;
import java.util.List;

/** What went wrong in a run, a sentence each. */
final class Trouble {
    private final List<String> sentences = new ArrayList<>();

    private Trouble() {}

    static List<String> of(RunMetrics metrics, RunHistory history) {
        Trouble trouble = new Trouble();
        trouble.ofProcesses(history);
        trouble.ofSteps(history);
        trouble.ofFiles(metrics);
        trouble.ofLearning(metrics);
        return trouble.sentences;
    }

    private void ofProcesses(RunHistory history) {
        for (RunRecord.Failed failure : history.of(RunRecord.Failed.class)) {
            sentences.add("A process failed after step " + failure.step() + " at " + failure.time() + ": "
                    + failure.message());
        }
        history.vanishedAfter()
                .forEach(time -> sentences.add("A process ended without a word; it was last heard of at " + time
                        + ". It was killed, or its machine was lost."));
        for (RunRecord.NotSaved failure : history.of(RunRecord.NotSaved.class)) {
            sentences.add("A checkpoint could not be written after step " + failure.step() + ": " + failure.message());
        }
    }

    private void ofSteps(RunHistory history) {
        List<RunRecord.Skipped> skipped = history.of(RunRecord.Skipped.class);
        if (!skipped.isEmpty()) {
            sentences.add(format(
                    "%,d updates were left out, since the loss or the gradient was not finite: steps %,d to %,d.",
                    skipped.size(),
                    skipped.get(0).step(),
                    skipped.get(skipped.size() - 1).step()));
        }
    }

    private void ofFiles(RunMetrics metrics) {
        for (RunMetrics.Gap gap : metrics.gaps()) {
            sentences.add(format("The metrics lack steps %,d to %,d.", gap.first(), gap.last()));
        }
        if (!metrics.damaged().isEmpty()) {
            RunMetrics.Damage first = metrics.damaged().get(0);
            sentences.add(format(
                    "%,d lines of the metrics could not be read, the first is line %,d of %s.",
                    metrics.damaged().size(), first.line(), first.file()));
        }
    }

    private void ofLearning(RunMetrics metrics) {
        List<StepMetrics> evaluated = metrics.steps().stream()
                .filter(step -> step.validationLoss().isPresent())
                .toList();
        metrics.best().ifPresent(best -> {
            StepMetrics last = evaluated.get(evaluated.size() - 1);
            long since =
                    evaluated.stream().filter(step -> step.step() > best.step()).count();
            if (since >= 3) {
                sentences.add(format(
                        "The validation loss has not fallen in the last %d evaluations: %.4f at step %,d, %.4f at step %,d."
                                + " The model may be learning its training data by heart.",
                        since,
                        best.validationLoss().getAsDouble(),
                        best.step(),
                        last.validationLoss().getAsDouble(),
                        last.step()));
            }
        });
    }
}
