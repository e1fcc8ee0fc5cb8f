package ai.flightmind.examples.benchmark;

import java.util.Locale;
import java.util.Map;

/** Figures as lines of a name, a number and what it means. */
final class FiguresText {
    private static final String NOT_MEASURED = "not measured: ";

    private final StringBuilder text = new StringBuilder();

    private FiguresText() {}

    static String of(Figures figures) {
        FiguresText text = new FiguresText();
        text.setup(figures);
        text.speed(figures);
        text.time(figures);
        text.memory(figures);
        text.checkpoints(figures);
        return text.text.toString();
    }

    private void line(String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-14s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private void setup(Figures figures) {
        Setup setup = figures.setup();
        line(
                "model",
                "depth %d, %,d parameters, vocabulary %,d",
                setup.model().depth(),
                setup.model().parameterCount(),
                setup.model().vocabSize());
        line(
                "step",
                "%d x %d of %d tokens, on each of %d ranks; %d steps after %d",
                setup.accumulation(),
                setup.microBatchSize(),
                setup.model().sequenceLength(),
                figures.run().worldSize(),
                figures.stepCount(),
                setup.warmup());
        line(
                "device",
                "%s, %s, %d CPU threads",
                setup.device().hardwareName(),
                setup.precision().name().toLowerCase(Locale.ROOT),
                figures.threads());
    }

    private void speed(Figures figures) {
        Spread tokens = figures.tokensPerSecond();
        line(
                "tokens/s",
                "%,.0f in the median; quartiles %,.0f and %,.0f, from %,.0f to %,.0f; %,.0f over all",
                tokens.median(),
                tokens.lowerQuartile(),
                tokens.upperQuartile(),
                tokens.min(),
                tokens.max(),
                figures.overallTokensPerSecond());
        line(
                "TFLOP/s",
                "%.3f by 6N, %.3f with attention",
                figures.flopsBy6n() / 1e12,
                figures.flopsWithAttention() / 1e12);
        mfu("measured", figures, figures.matrixPeak());
        figures.dataSheetPeak().ifPresent(peak -> mfu("data sheet", figures, peak));
    }

    private void mfu(String name, Figures figures, double peak) {
        line(
                "MFU",
                "%.3f by 6N, %.3f with attention, of the %s peak of %.3f TFLOP/s",
                figures.flopsBy6n() / peak,
                figures.flopsWithAttention() / peak,
                name,
                peak / 1e12);
    }

    private void time(Figures figures) {
        double step = figures.meanStepSeconds();
        Map<String, Double> phases = figures.phaseSeconds();
        if (phases.isEmpty()) {
            line("phases", NOT_MEASURED + "a GPU is to be waited for, with --phases");
        }
        phases.forEach((name, seconds) -> line(name, "%10.3f ms  %6.2f %%", 1e3 * seconds, 100 * seconds / step));
        line("mean step", "%10.3f ms", 1e3 * step);
        figures.javaShare()
                .ifPresentOrElse(
                        java -> line(
                                "Java's own",
                                "%21.2f %% of the training thread's time, by %d samples",
                                100 * java.share(),
                                java.samples()),
                        () -> line("Java's own", NOT_MEASURED + whyNoJavaShare(figures)));
    }

    private static String whyNoJavaShare(Figures figures) {
        if (!JavaSampler.available()) {
            return "this Java has no Flight Recorder (module jdk.jfr)";
        }
        if (figures.setup().checkpointsEvery().isPresent()) {
            return "saving would be sampled, too";
        }
        return figures.setup().sampling().isZero() ? "not asked for" : "there was no sample";
    }

    private void memory(Figures figures) {
        figures.memory()
                .ifPresentOrElse(
                        memory -> line(
                                "peak memory",
                                "%.3f GB of %s in %s; %.3f GB before the model",
                                memory.peakBytes() / 1e9,
                                memory.of(),
                                memory.ofSteps() ? "the measured steps" : "all of the run",
                                memory.beforeBytes() / 1e9),
                        () -> line("peak memory", NOT_MEASURED + "this system does not tell"));
    }

    private void checkpoints(Figures figures) {
        if (figures.setup().checkpointsEvery().isEmpty()) {
            return;
        }
        figures.checkpointCost()
                .ifPresentOrElse(
                        cost -> line(
                                "a save",
                                "%.3f s between steps, %.3f s beside them; steps took %.3f s longer, %.3f of that; of %d saves",
                                cost.betweenSeconds(),
                                cost.besideSeconds(),
                                cost.lostSeconds(),
                                cost.lostShare(),
                                cost.saves()),
                        () -> line(
                                "a save",
                                NOT_MEASURED + "it takes a whole save, and a step without one: more --steps or"
                                        + " --checkpoints"));
    }
}
