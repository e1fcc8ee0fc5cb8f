package ai.flightmind.train.report;

import ai.flightmind.train.history.RunHistory;
import ai.flightmind.train.history.RunRecord;
import ai.flightmind.train.metrics.MovingAverage;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The numbers that one looks for first. */
final class Figures {
    private static final double SMOOTHING = 0.98;

    private final StringBuilder html = new StringBuilder("<div class=\"figures\">\n");

    private Figures() {}

    static String of(RunMetrics metrics, RunHistory history) {
        Figures figures = new Figures();
        figures.addAll(metrics, history);
        return figures.html.append("</div>\n").toString();
    }

    private void addAll(RunMetrics metrics, RunHistory history) {
        StepMetrics last = metrics.last().orElse(null);
        if (last == null) {
            add("0", "steps done");
            return;
        }
        String all = history.newestStart()
                .map(start -> format(" of %,d", start.maxSteps()))
                .orElse("");
        add(format("%,d", last.step() + 1), "steps done" + all);
        MovingAverage loss = new MovingAverage(SMOOTHING);
        metrics.steps().forEach(step -> loss.add(step.loss().orElse(Double.NaN)));
        add(format("%.4f", loss.value()), "loss, smoothed");
        metrics.best()
                .ifPresent(best -> add(
                        format("%.4f", best.validationLoss().getAsDouble()),
                        format("best validation loss, step %,d", best.step())));
        last.tokens().ifPresent(tokens -> add(amount(tokens), "tokens trained on"));
        median(metrics, StepMetrics::tokensPerSecond)
                .ifPresent(speed -> add(format("%,.0f", speed), "tokens/s, median"));
        median(metrics, StepMetrics::flopsUtilisation)
                .ifPresent(mfu -> add(format("%.1f %%", 100 * mfu), "MFU, median"));
        if (!history.records().isEmpty()) {
            add(clock(history.timeTrained()), "trained");
        }
        dollars(last, history).ifPresent(dollars -> add(format("$%,.2f", dollars), "cost"));
    }

    /** What the log says at the end counts also what came after the last step. */
    private static OptionalDouble dollars(StepMetrics last, RunHistory history) {
        double most = last.dollars().orElse(-1);
        for (RunRecord.Ended end : history.of(RunRecord.Ended.class)) {
            most = Math.max(most, end.dollars().orElse(-1));
        }
        return most < 0 ? OptionalDouble.empty() : OptionalDouble.of(most);
    }

    private interface Value {
        OptionalDouble of(StepMetrics step);
    }

    private static OptionalDouble median(RunMetrics metrics, Value value) {
        double[] sorted = metrics.steps().stream()
                .map(value::of)
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .sorted()
                .toArray();
        return sorted.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sorted[sorted.length / 2]);
    }

    private void add(String number, String what) {
        html.append("<div class=\"figure\"><b>")
                .append(Html.escape(number))
                .append("</b><span>")
                .append(Html.escape(what))
                .append("</span></div>\n");
    }

    static String amount(long number) {
        List<String> units = List.of("", " k", " M", " B", " T");
        int unit = 0;
        double value = number;
        while (value >= 1_000 && unit < units.size() - 1) {
            value /= 1_000;
            unit++;
        }
        return format(unit == 0 ? "%.0f" : "%.2f", value) + units.get(unit);
    }

    static String clock(Duration duration) {
        return format("%d:%02d:%02d", duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
    }

    static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
