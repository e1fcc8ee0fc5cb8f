package ai.flightmind.train.report;

import static ai.flightmind.train.report.Html.escape;
import static ai.flightmind.train.report.Html.section;
import static ai.flightmind.train.report.Html.table;

import ai.flightmind.train.history.RunHistory;
import ai.flightmind.train.history.RunRecord;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.plot.Quantity;
import ai.flightmind.train.plot.RunPlot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run on one page: its state and figures, curves, what the model wrote, checkpoints, what went wrong, configuration, and
 * what it ran on. One file, which opens without a network. An immutable value.
 *
 * <pre>{@code
 * HtmlReport.of(Path.of("checkpoints")).write(Path.of("report.html"));
 * }</pre>
 */
public final class HtmlReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
    private static final int SAMPLES_SHOWN = 12;

    private final String title;
    private final RunMetrics metrics;
    private final RunHistory history;

    private HtmlReport(String title, RunMetrics metrics, RunHistory history) {
        this.title = title;
        this.metrics = metrics;
        this.history = history;
    }

    /**
     * Of the run in this directory: {@code metrics.jsonl} and, if it is there, {@code run.jsonl}.
     *
     * @throws ai.flightmind.train.error.DataException if the metrics cannot be read
     */
    public static HtmlReport of(Path directory) {
        Path log = directory.resolve("run.jsonl");
        RunHistory history = Files.exists(log) ? RunHistory.read(log) : new RunHistory(List.of());
        Path name = directory.toAbsolutePath().normalize();
        return of(name.toString(), RunMetrics.read(directory.resolve("metrics.jsonl")), history);
    }

    /** Of what one has read oneself, as from several machines' files. */
    public static HtmlReport of(String title, RunMetrics metrics, RunHistory history) {
        return new HtmlReport(title, metrics, history);
    }

    /** Its title. */
    @Override
    public String toString() {
        return title;
    }

    /** Writes {@link #html}. */
    public void write(Path file) {
        try {
            Files.writeString(file, html());
        } catch (IOException e) {
            throw new UncheckedIOException("The report cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The page.
     *
     * @throws IllegalStateException if the libraries of the curves are missing, or the machine has no font
     */
    public String html() {
        return new HtmlPage(title)
                .add("<p class=\"state\">" + state() + "</p>\n")
                .add(Figures.of(metrics, history))
                .add(section("Curves", curves()))
                .add(section("What went wrong", trouble()))
                .add(samples())
                .add(checkpoints())
                .add(section("Configuration", configuration()))
                .add(processes())
                .html();
    }

    private String state() {
        RunRecord end = history.newestEnd().orElse(null);
        if (end instanceof RunRecord.Ended ended) {
            return ended.stopReason()
                            .map(reason -> "Stopped: " + escape(reason))
                            .orElse("<span class=\"good\">Completed</span>")
                    + ", " + TIME.format(ended.time());
        }
        if (end instanceof RunRecord.Failed failed) {
            return "<span class=\"bad\">Failed</span>, " + TIME.format(failed.time());
        }
        return metrics.last()
                .flatMap(step -> step.time())
                .map(time -> "Under way, or ended without a word; last step " + TIME.format(time))
                .orElse("No step is known");
    }

    private String curves() {
        Map<Quantity, String> titles = new LinkedHashMap<>();
        titles.put(Quantity.LOSS, "Loss");
        titles.put(Quantity.LEARNING_RATE, "Learning rate");
        titles.put(Quantity.GRADIENT_NORM, "Gradient norm");
        titles.put(Quantity.THROUGHPUT, "Tokens per second");
        if (metrics.steps().stream().anyMatch(step -> step.flopsUtilisation().isPresent())) {
            titles.put(Quantity.UTILISATION, "MFU");
        }
        if (metrics.steps().stream().anyMatch(step -> step.dollars().isPresent())) {
            titles.put(Quantity.COST, "Cost");
        }
        StringBuilder html = new StringBuilder();
        titles.forEach((quantity, name) ->
                html.append("<h3>").append(name).append("</h3>\n").append(curve(quantity)));
        return html.toString();
    }

    private String curve(Quantity quantity) {
        RunPlot plot = RunPlot.builder(quantity)
                .run("training", metrics, history.resumedAt())
                .size(1_000, quantity == Quantity.LOSS ? 460 : 280)
                .build();
        String svg = plot.svg();
        // An element of the page, not a document; its names must differ from those of the other curves.
        String own = quantity.name().toLowerCase(Locale.ROOT) + "-clip";
        return svg.substring(svg.indexOf("<svg"))
                .replace("id=\"clip", "id=\"" + own)
                .replace("url(#clip", "url(#" + own);
    }

    private String trouble() {
        List<String> sentences = Trouble.of(metrics, history);
        return sentences.isEmpty()
                ? "<p class=\"good\">Nothing that is known of.</p>\n"
                : sentences.stream()
                        .map(sentence -> "<li>" + escape(sentence) + "</li>\n")
                        .collect(Collectors.joining("", "<ul class=\"bad\">\n", "</ul>\n"));
    }

    private String samples() {
        List<RunRecord.Wrote> all = history.of(RunRecord.Wrote.class);
        if (all.isEmpty()) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>();
        for (int i = all.size() - 1; i >= Math.max(0, all.size() - SAMPLES_SHOWN); i--) {
            RunRecord.Wrote sample = all.get(i);
            rows.add(List.of(Figures.format("%,d", sample.step()), Html.written(sample.prompt(), sample.text())));
        }
        return section("What the model wrote", table(List.of("step", "prompt and text"), rows));
    }

    private String checkpoints() {
        List<RunRecord.Saved> all = history.of(RunRecord.Saved.class);
        if (all.isEmpty()) {
            return "";
        }
        List<List<String>> rows = all.stream()
                .map(saved -> List.of(
                        escape(saved.file()),
                        Figures.format("%,d", saved.step()),
                        Figures.format("%,.1f MB", saved.bytes() / 1e6),
                        Figures.format("%.2f s", saved.duration().toNanos() / 1e9),
                        TIME.format(saved.time())))
                .toList();
        return section("Checkpoints written", table(List.of("file", "step", "size", "took", "at"), rows));
    }

    private String configuration() {
        return history.newestStart()
                .map(start -> rows(start.hyperparameters()))
                .orElse("<p>Not known: there is no run.jsonl beside the metrics.</p>\n");
    }

    private String processes() {
        StringBuilder html = new StringBuilder();
        List<RunRecord.Started> starts = history.of(RunRecord.Started.class);
        if (!starts.isEmpty()) {
            html.append(
                    section("Environment", rows(starts.get(starts.size() - 1).environment())));
            List<List<String>> rows = starts.stream()
                    .map(start -> List.of(
                            TIME.format(start.time()),
                            Figures.format("%,d", start.firstStep()),
                            escape(start.resumedFrom().orElse("")),
                            escape(start.environment()
                                    .getOrDefault("gpu", start.environment().getOrDefault("device", ""))),
                            start.dollarsPerHour().isPresent()
                                    ? Figures.format(
                                            "$%,.2f", start.dollarsPerHour().getAsDouble())
                                    : ""))
                    .toList();
            html.append(section(
                    "Processes", table(List.of("began", "first step", "resumed from", "on", "per hour"), rows)));
        }
        return html.toString();
    }

    private static String rows(Map<String, String> values) {
        return table(
                List.of(),
                values.entrySet().stream()
                        .map(entry -> List.of(escape(entry.getKey()), escape(entry.getValue())))
                        .toList());
    }
}
