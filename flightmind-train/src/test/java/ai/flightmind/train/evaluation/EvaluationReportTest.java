package ai.flightmind.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationReportTest {
    @TempDir
    Path directory;

    private static EvaluationReport report() {
        return EvaluationReport.builder()
                .title("step_400.pt <best>")
                .setting("stride", "128")
                .perplexity(new Perplexity("radio", 1_234, 5_000, 900, 2_468))
                .perplexity(new Perplexity("weather & wind", 766, 1_000, 100, 766))
                .multipleChoice(new MultipleChoice(
                        "exam",
                        200,
                        MultipleChoice.Accuracy.of(90, 200),
                        MultipleChoice.Accuracy.of(100, 200),
                        MultipleChoice.Accuracy.of(110, 200)))
                .continuation("METAR EDDF", " <27015KT>")
                .build();
    }

    @Test
    void tableIsAligned() {
        assertThat(report().table()).isEqualTo("""
                step_400.pt <best>

                domain          tokens  bytes  words    loss  ppl/token   ppl/word  ppl/byte  bits/byte
                radio            1,234  5,000    900  2.0000      7.389     15.521     1.638     0.7121
                weather & wind     766  1,000    100  1.0000      2.718  2,121.757     2.151     1.1051
                all              2,000  6,000  1,000  1.6170      5.038     25.381     1.714     0.7776

                questions  number              acc         acc_norm        acc_bytes
                exam          200  0.4500 ± 0.0353  0.5000 ± 0.0354  0.5500 ± 0.0353

                > METAR EDDF
                 <27015KT>
                """);
    }

    @Test
    void jsonHoldsEveryFigure() throws IOException {
        report().writeJson(directory.resolve("out/report.json"));

        Object parsed = new Moshi.Builder()
                .build()
                .adapter(Object.class)
                .fromJson(Files.readString(directory.resolve("out/report.json")));
        assertThat(parsed)
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .contains(
                        entry("title", "step_400.pt <best>"),
                        entry("settings", Map.of("stride", "128")),
                        entry("continuations", List.of(Map.of("prompt", "METAR EDDF", "text", " <27015KT>"))))
                .extractingByKey("multiple_choice", InstanceOfAssertFactories.list(Map.class))
                .containsExactly(Map.of(
                        "name",
                        "exam",
                        "questions",
                        200.0,
                        "acc",
                        0.45,
                        "acc_stderr",
                        Math.sqrt(0.45 * 0.55 / 199),
                        "acc_norm",
                        0.5,
                        "acc_norm_stderr",
                        Math.sqrt(0.25 / 199),
                        "acc_bytes",
                        0.55,
                        "acc_bytes_stderr",
                        Math.sqrt(0.55 * 0.45 / 199)));
        assertThat(parsed)
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .extractingByKey("perplexity", InstanceOfAssertFactories.list(Map.class))
                .first()
                .isEqualTo(Map.of(
                        "domain",
                        "radio",
                        "tokens",
                        1_234.0,
                        "bytes",
                        5_000.0,
                        "words",
                        900.0,
                        "nats",
                        2_468.0,
                        "loss",
                        2.0,
                        "perplexity",
                        Math.exp(2),
                        "word_perplexity",
                        Math.exp(2_468.0 / 900),
                        "byte_perplexity",
                        Math.exp(2_468.0 / 5_000),
                        "bits_per_byte",
                        2_468.0 / 5_000 / Math.log(2)));
    }

    @Test
    void numbersThatAreNoneAreNull() {
        String json = EvaluationReport.builder()
                .perplexity(new Perplexity("hopeless", 10, 10, 1, 5_000))
                .build()
                .json();

        assertThat(json).contains("\"loss\": 500.0", "\"word_perplexity\": null");
    }

    @Test
    void pageSaysAllAndNeedsNoNetwork() {
        String html = report().html();

        assertThat(html.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " "))
                .contains("step_400.pt &lt;best&gt;", "weather &amp; wind 766 1,000 100 1.0000 2.718")
                .contains("exam 200 0.4500 ± 0.0353", "METAR EDDF", "&lt;27015KT&gt;", "stride 128");
        assertThat(html).doesNotContain("http:", "https:", "src=", "@import", "url(", "<script", "<link");
    }

    @Test
    void builderOfAReportMakesTheSameReport() {
        assertThat(report().toBuilder().build().json()).isEqualTo(report().json());
    }
}
