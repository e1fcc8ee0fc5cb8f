package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.query.OfferQuery;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SearchOffersTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<OfferQuery> asked = new ArrayList<>();

    @TempDir
    Path directory;

    private int search(List<Offer> market, String... arguments) {
        return Commands.execute(
                new SearchOffers(
                        query -> {
                            asked.add(query);
                            return market;
                        },
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                arguments);
    }

    private static List<Offer> market() {
        return List.of(Offer.fromJson(Map.of(
                "id", 6_995_713.0, "gpu_name", "H100 SXM", "num_gpus", 4.0, "dph_total", 8.25, "rentable", true)));
    }

    @Test
    void itPrintsATable() {
        assertThat(search(market(), "gpu_name=H100_SXM num_gpus=4", "-o", "dph_total", "-t", "bid", "--limit", "3"))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("$/h", "6995713", "H100 SXM", "8.250");
        assertThat(asked)
                .containsExactly(OfferQuery.parse("gpu_name=H100_SXM num_gpus=4 -o dph_total -t bid --limit 3"));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void rawPrintsTheServicesJson() {
        assertThat(search(market(), "-n", "--storage", "200", "--raw", "-i", "--new"))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"id\": 6995713", "\"dph_total\": 8.25", "\"rentable\": true");
        assertThat(asked).containsExactly(OfferQuery.parse("-n --storage 200 -i --new"));
    }

    @Test
    void explainPrintsTheRequestOnlyAndNeedsNoKey() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SearchOffers.class.getName(),
                        "gpu_name=A100_SXM4",
                        "gpu_ram>=80000",
                        "-o",
                        "",
                        "--explain")
                .directory(new File(directory.toString()))
                .redirectError(directory.resolve("stderr").toFile());
        builder.environment().remove("VAST_API_KEY");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(printed.lines())
                .containsExactly(
                        "POST /api/v0/bundles/",
                        "{\"verified\":{\"eq\":true},\"external\":{\"eq\":false},\"rentable\":{\"eq\":true},"
                                + "\"gpu_name\":{\"eq\":\"A100 SXM4\"},\"gpu_ram\":{\"gte\":80000000},\"order\":[],"
                                + "\"type\":\"on-demand\",\"allocated_storage\":5}");
        assertThat(directory.resolve("stderr")).content().startsWith("warning: gpu_ram>=80000");
    }

    @Test
    void whySearchesWithoutEachCondition() {
        assertThat(search(List.of(), "num_gpus=4", "--why")).isZero();

        assertThat(asked).hasSize(4);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("No offer matches", "without num_gpus=4");
    }

    @Test
    void whatTheCommandRefusesIsRefusedWithItsStatus() {
        assertThat(search(market(), "gpu_name RTX_4090")).isEqualTo(1);
        assertThat(search(market(), "num_gpus=1", "--limit", "ten")).isEqualTo(2);
        assertThat(search(market(), "num_gpus=1", "--disable-bundling")).isEqualTo(2);
        assertThat(asked).isEmpty();
        assertThat(out.size()).isZero();
    }
}
