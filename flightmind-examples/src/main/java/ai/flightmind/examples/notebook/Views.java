package ai.flightmind.examples.notebook;

import static ai.flightmind.examples.notebook.HtmlTable.escape;
import static ai.flightmind.examples.notebook.HtmlTable.format;

import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import ai.flightmind.train.plot.RunPlot;
import ai.flightmind.train.report.HtmlReport;
import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.offer.OfferRanking;
import ai.flightmind.vast.offer.Offers;
import ai.flightmind.vast.run.RunReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What the objects look like. */
final class Views {
    private Views() {}

    /** Once: a kernel would show a value as often as it was told how. */
    static void register(Kernel kernel) {
        if (kernel.isShownAsHtml(Offers.of(List.of()))) {
            return;
        }
        kernel.showAsHtml(Offers.class, Views::offers);
        kernel.showAsHtml(Offer.class, offer -> offers(List.of(offer)));
        kernel.showAsHtml(OfferRanking.class, Views::ranking);
        kernel.showAsHtml(CostEstimate.class, Views::estimate);
        kernel.showAsHtml(TrainingResult.class, Views::result);
        kernel.showAsHtml(RunMetrics.class, Views::metrics);
        kernel.showAsHtml(RunReport.class, Views::report);
        kernel.showAsHtml(HtmlReport.class, Views::page);
        kernel.showAsPng(RunPlot.class, RunPlot::png);
    }

    private static String offers(List<Offer> offers) {
        HtmlTable table = HtmlTable.of(
                "ID", "GPUs", "GPU", "VRAM", "$/h", "NVLink GB/s", "reliability", "disk GB", "down Mb/s", "where");
        offers.forEach(offer -> table.row(
                String.valueOf(offer.id()),
                format("%d", offer.numGpus()),
                format("%s", offer.gpuName()),
                format("%s", offer.gpuRam()),
                format("%.3f", offer.pricePerHour()),
                format("%.0f", offer.nvlinkGbPerSecond()),
                format("%.3f", offer.reliability()),
                format("%,.0f", offer.diskSpaceGb()),
                format("%,.0f", offer.inetDownMbitPerSecond()),
                format("%s", offer.geolocation())));
        return offers.isEmpty() ? "<p>No offers</p>\n" : table.toString();
    }

    private static String ranking(OfferRanking ranking) {
        HtmlTable ranked = HtmlTable.of("$ for the run", "hours", "ID", "GPUs", "GPU", "why");
        ranking.ranked()
                .forEach(one -> ranked.row(
                        format("%,.2f", one.dollars()),
                        format("%,.1f", hours(one.estimate().wallTime())),
                        String.valueOf(one.offer().id()),
                        String.valueOf(one.estimate().gpuCount()),
                        one.estimate().gpu().name(),
                        String.join("; ", one.reasons())));
        HtmlTable excluded = HtmlTable.of("excluded", "why");
        ranking.excluded()
                .forEach(one -> excluded.row(String.valueOf(one.offer().id()), one.reason()));
        return (ranking.ranked().isEmpty() ? "<p>No offer can carry the run</p>\n" : ranked.toString())
                + (ranking.excluded().isEmpty() ? "" : excluded.toString());
    }

    private static String estimate(CostEstimate estimate) {
        return HtmlTable.ofFacts()
                .fact("GPUs", estimate.gpuCount() + " x " + estimate.gpu().name())
                .fact("tokens per second", format("%,.0f", estimate.tokensPerSecond()))
                .fact("GPU-hours", format("%,.0f", estimate.gpuHours()))
                .fact("time", format("%,.1f h", hours(estimate.wallTime())))
                .fact("on demand", format("$%,.0f", estimate.onDemandDollars()))
                .fact("interruptible", format("$%,.0f", estimate.interruptibleDollars()))
                .toString();
    }

    private static double hours(Duration time) {
        return time.toSeconds() / 3_600.0;
    }

    private static String result(TrainingResult result) {
        return HtmlTable.ofFacts()
                .fact(
                        "state",
                        result.completed()
                                ? "completed"
                                : "stopped: " + result.stopReason().orElse(""))
                .fact("steps", format("%,d", result.steps()))
                .fact("tokens", format("%,d", result.tokens()))
                .fact("loss", format("%.4f", result.loss()))
                .fact("validation loss", format("%.4f", result.validationLoss()))
                .fact("the lowest", format("%.4f", result.bestValidationLoss()))
                .fact("updates left out", result.skippedSteps() == 0 ? "" : format("%,d", result.skippedSteps()))
                .fact("checkpoint", result.lastCheckpoint().map(Path::toString).orElse(""))
                .fact("time", format("%.1f s", result.elapsed().toMillis() / 1e3))
                .toString();
    }

    private static String metrics(RunMetrics metrics) {
        HtmlTable table = HtmlTable.of("", "step", "loss", "validation loss", "learning rate", "tokens");
        metrics.steps().stream().findFirst().ifPresent(step -> step(table, "first", step));
        metrics.best().ifPresent(step -> step(table, "best", step));
        metrics.last().ifPresent(step -> step(table, "newest", step));
        return table.toString();
    }

    private static void step(HtmlTable table, String which, StepMetrics step) {
        table.row(
                which,
                format("%,d", step.step()),
                format("%.4f", step.loss()),
                format("%.4f", step.validationLoss()),
                format("%.2e", step.learningRate()),
                step.tokens().isPresent() ? format("%,d", step.tokens().getAsLong()) : "");
    }

    private static String report(RunReport report) {
        HtmlTable facts = HtmlTable.ofFacts()
                .fact(report.id(), report.outcome() + ". " + report.summary())
                .fact("cost", format("$%,.2f", report.dollars()) + format(" for %.2f GPU-hours", report.gpuHours()))
                .fact("steps", format("%,d", report.steps()))
                .fact("tokens", format("%,d", report.tokens()))
                .fact("loss", format("%.4f", report.finalLoss()))
                .fact("best validation loss", format("%.4f", report.bestValidationLoss()));
        report.troubles().forEach(trouble -> facts.row("trouble", trouble));
        report.leftover().ifPresent(left -> facts.row("LEFT OVER, billing", left.toString()));
        HtmlTable guide = HtmlTable.of("", "step of the guide", "took", "outcome");
        report.guide()
                .forEach(row -> guide.row(
                        row.step().number(),
                        row.step().title(),
                        row.times() == 0 ? "" : format("%.1f s", row.took().toMillis() / 1e3),
                        row.outcome()));
        HtmlTable checkpoints = HtmlTable.of("checkpoint", "size", "where", "SHA-256");
        report.checkpoints()
                .forEach(file -> checkpoints.row(
                        file.name(), format("%,.1f MB", file.sizeBytes() / 1e6), file.where(), file.sha256()));
        return facts.toString() + guide + checkpoints;
    }

    /** In a frame of its own, whose style is not the notebook's. */
    private static String page(HtmlReport report) {
        return "<iframe width=\"100%\" height=\"700\" style=\"border: 1px solid #ccc\" srcdoc=\""
                + escape(report.html()) + "\"></iframe>\n";
    }
}
