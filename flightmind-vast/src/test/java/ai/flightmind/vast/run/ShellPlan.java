package ai.flightmind.vast.run;

import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.plan.Budget;
import ai.flightmind.vast.plan.Patience;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.query.OfferQuery;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Plans whose program is a shell script, so that a run takes seconds. */
final class ShellPlan {
    private ShellPlan() {}

    /** @param folder for the data and the results */
    static RunPlan.Builder in(Path folder, String... flags) {
        Path data = folder.resolve("data");
        try (InputStream script = ShellPlan.class.getResourceAsStream("/run/trainer.sh")) {
            Files.createDirectories(data);
            Files.write(data.resolve("trainer.sh"), script.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> words = new ArrayList<>(List.of("sh", "data/trainer.sh"));
        words.addAll(List.of(flags));
        return RunPlan.builder()
                .name("shell")
                .offers(OfferQuery.parse("gpu_name=H100_SXM num_gpus=2"))
                .workload(Workload.training(1_000_000, 20_000))
                .diskGb(20)
                .data(data, "data")
                .command(words.toArray(String[]::new))
                .budget(Budget.dollars(50))
                .deadline(Duration.ofHours(12))
                // A look starts a dozen processes, and takes a pretend machine's time for training.
                .patience(Patience.standard()
                        .withPoll(Duration.ofSeconds(30))
                        .withStopGrace(Duration.ofSeconds(20))
                        .withCollect(Duration.ofMinutes(2)))
                .results(folder.resolve("results"));
    }
}
