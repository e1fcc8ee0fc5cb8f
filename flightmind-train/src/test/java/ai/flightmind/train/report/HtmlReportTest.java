package ai.flightmind.train.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.train.history.RunHistory;
import ai.flightmind.train.history.RunRecord;
import ai.flightmind.train.metrics.RunMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlReportTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    @TempDir
    Path dir;

    @Test
    void pageTellsTheWholeRun() {
        String html = HtmlReport.of("d24 <on> 4 GPUs", metrics(40), completed()).html();

        assertThat(text(html))
                .contains("d24 &lt;on&gt; 4 GPUs", "Completed, 2026-11-25 12:10:00 UTC")
                .contains("40 steps done of 40", "best validation loss, step 20", "20.16 k tokens trained on")
                .contains("0:10:00 trained", "$1.40 cost")
                .contains("learning_rate 6.0E-4", "java 17.0.15", "NVIDIA H100")
                .contains("step_20.pt 20 1.2 MB 1.50 s")
                .contains("METAR EDDF &lt;27015KT&gt;");
        assertThat(html.split("<svg")).as("curves").hasSize(1 + 5);
    }

    @Test
    void pageNeedsNoNetworkAndRunsNothing() {
        String html = HtmlReport.of("run", metrics(40), completed()).html();

        assertThat(html.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", ""))
                .doesNotContain("http:", "https:", "src=", "@import", "url(\"", "<script", "<link");
    }

    @Test
    void namesWithinACurveAreItsOwn() {
        String html = HtmlReport.of("run", metrics(40), completed()).html();

        List<String> names = Pattern.compile("<clipPath id=\"([^\"]+)\"")
                .matcher(html)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(names).isNotEmpty().doesNotHaveDuplicates();
        names.forEach(name -> assertThat(html).contains("url(#" + name + ")"));
    }

    @Test
    void whatWentWrongIsSaid() throws IOException {
        RunHistory history = new RunHistory(List.of(
                started(0),
                new RunRecord.NotSaved(NOON.plusSeconds(30), 7, "disk full"),
                started(8),
                new RunRecord.Skipped(NOON.plusSeconds(70), 9),
                new RunRecord.Skipped(NOON.plusSeconds(71), 10),
                new RunRecord.Failed(NOON.plusSeconds(80), 11, "rank 3 is gone")));
        RunMetrics holes = RunMetrics.read(Files.writeString(dir.resolve("m.jsonl"), """
                {"step":0,"loss":5}
                {"step":3,"val_loss":2}
                {"step":4,"val_loss":2.5}
                {"step":5,"val_loss":2.6}
                {"step":6,"val_loss":2.7}
                {"st
                """));

        String html = text(HtmlReport.of("run", holes, history).html());

        assertThat(html)
                .contains("Failed, 2026-11-25")
                .contains("A process failed after step 11 at 2026-11-25T12:01:20Z: rank 3 is gone")
                .contains("ended without a word; it was last heard of at 2026-11-25T12:00:30Z")
                .contains("A checkpoint could not be written after step 7: disk full")
                .contains("2 updates were left out, since the loss or the gradient was not finite: steps 9 to 10.")
                .contains("The metrics lack steps 1 to 2.")
                .contains("1 lines of the metrics could not be read, the first is line 6")
                .contains("has not fallen in the last 3 evaluations: 2.0000 at step 3, 2.7000 at step 6");
    }

    @Test
    void runInADirectoryIsReportedWithAndWithoutItsLog() throws IOException {
        Files.writeString(dir.resolve("metrics.jsonl"), "{\"step\":0,\"loss\":5}\n");
        Path report = dir.resolve("report.html");

        HtmlReport.of(dir).write(report);
        assertThat(text(Files.readString(report))).contains("there is no run.jsonl beside the metrics");

        Files.writeString(dir.resolve("run.jsonl"), "{\"event\":\"end\",\"time\":0,\"steps\":1,\"tokens\":1}\n");
        HtmlReport.of(dir).write(report);
        assertThat(text(Files.readString(report))).contains("Completed, 1970-01-01 00:00:00 UTC");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 100_000})
    void runOfAnyLengthHasAPageOfModestSize(int steps) {
        String html =
                HtmlReport.of("run", metrics(steps), new RunHistory(List.of())).html();

        assertThat(html).hasSizeLessThan(3_000_000).endsWith("</html>\n");
    }

    private static RunHistory completed() {
        return new RunHistory(List.of(
                started(0),
                new RunRecord.Wrote(NOON.plusSeconds(200), 20, "METAR", " EDDF <27015KT>"),
                new RunRecord.Saved(NOON.plusSeconds(300), 20, "step_20.pt", 1_234_567, Duration.ofMillis(1_500)),
                new RunRecord.Ended(NOON.plusSeconds(600), 40, 20_160, Optional.empty(), OptionalDouble.of(1.4))));
    }

    private static RunRecord.Started started(long firstStep) {
        return new RunRecord.Started(
                NOON.plusSeconds(firstStep),
                firstStep,
                40,
                Optional.empty(),
                Map.of("learning_rate", "6.0E-4"),
                Map.of("gpu", "NVIDIA H100", "java", "17.0.15"),
                OptionalDouble.of(8.4));
    }

    private RunMetrics metrics(int steps) {
        StringBuilder lines = new StringBuilder();
        for (int step = 0; step < steps; step++) {
            lines.append("{\"step\":").append(step);
            lines.append(",\"loss\":").append(2 + 8.0 / (1 + step)).append(",\"lr\":6e-4,\"grad_norm\":1");
            lines.append(",\"tokens_per_second\":2000,\"tokens\":").append(504L * (step + 1));
            if (step > 0 && step % 20 == 0) {
                lines.append(",\"val_loss\":2.5");
            }
            lines.append(",\"dollars\":").append(step / 40.0).append("}\n");
        }
        try {
            return RunMetrics.read(Files.writeString(dir.resolve(steps + ".jsonl"), lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is to be read on the page. */
    private static String text(String html) {
        return html.replaceAll("(?s)<style.*?</style>|<svg.*?</svg>", "")
                .replaceAll("<[^>]+>", " ")
                .replaceAll("\\s+", " ")
                .replace(" ,", ",");
    }
}
