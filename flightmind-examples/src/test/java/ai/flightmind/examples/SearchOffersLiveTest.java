package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own, against a marketplace that VAST_URL leads to. */
@Timeout(60)
class SearchOffersLiveTest {
    @TempDir
    Path directory;

    private record Printed(int status, String out, String err) {}

    private Printed search(String url, String key, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SearchOffers.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path err = directory.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("VAST_URL", url);
        builder.environment().put("VAST_API_KEY", key);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Printed(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void aSearchGoesToTheAddressOfTheEnvironment() throws Exception {
        try (FakeMarketplace fake =
                FakeMarketplace.start().add(FakeOffer.h100(11, 4, 9.6)).add(FakeOffer.h100(12, 8, 18))) {
            Printed table = search(fake.url(), FakeMarketplace.KEY, "num_gpus=4", "-o", "dph_total");
            assertThat(table.status).as(table.err).isZero();
            assertThat(table.out).contains("$/h", "H100 SXM").containsPattern("(?m)^ *11 ");
            assertThat(table.out.lines()).as("head and one offer").hasSize(2);

            Printed raw = search(fake.url(), FakeMarketplace.KEY, "num_gpus=8", "--raw");
            assertThat(raw.out).startsWith("[").contains("\"id\": 12");

            Printed why = search(fake.url(), FakeMarketplace.KEY, "num_gpus=2", "--why");
            assertThat(why.out).contains("without num_gpus=2");
        }
    }

    @Test
    void aBadKeyIsOneLineOfErrorWithoutTheKey() throws Exception {
        try (FakeMarketplace fake = FakeMarketplace.start()) {
            Printed refused = search(fake.url(), "another-key", "num_gpus=4");

            assertThat(refused.status).isEqualTo(1);
            assertThat(refused.out).isEmpty();
            assertThat(refused.err).contains("error: ", "Check the API key").doesNotContain("another-key", "\tat ");
        }
    }
}
