package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.bucket.S3Server;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunLeaks.class)
class BackupTest {
    @TempDir
    Path folder;

    @TempDir
    Path store;

    @Test
    void checkpointsGoToTheBucketAsTheyAreMadeAndTheNextMachineGoesOnFromThere() throws Exception {
        try (S3Server server = S3Server.start(store);
                Bucket bucket = server.bucket().build()) {
            RunPlan plan = ShellPlan.in(folder, "--max-steps", "120", "--checkpoint-every", "4")
                    .backup(bucket)
                    .build();

            try (StagedRun staged = StagedRun.start(plan, folder)) {
                staged.until(event -> event instanceof RunEvent.CheckpointSafe safe
                        && safe.name().startsWith("step_")
                        && safe.where().contains("models"));
                assertThat(keysOn(staged.host().home().orElseThrow()))
                        .as("files with the bucket's key")
                        .isEmpty();
                staged.cloud.market().outbid(staged.instance().id());
                RunReport report = staged.report();

                assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(staged.told(RunEvent.Training.class).get(1).fromStep())
                        .isPositive();
                assertThat(plan.results().resolve("final.pt")).exists();
                assertThat(plan.results().resolve("best.pt")).exists();
                assertThat(Files.readAllLines(plan.results().resolve("metrics.jsonl")))
                        .hasSize(120);
            }
        }
    }

    @Test
    void theBestOfAnEarlierMachineComesHomeFromTheBucket() throws Exception {
        try (S3Server server = S3Server.start(store);
                Bucket bucket = server.bucket().build()) {
            RunPlan plan = ShellPlan.in(
                            folder, "--max-steps", "60", "--checkpoint-every", "4", "--best-at", "4", "--pause", "0.1")
                    .backup(bucket)
                    .build();

            try (StagedRun staged = StagedRun.start(plan, folder)) {
                staged.untilSafe("best.pt");
                staged.until(event -> event instanceof RunEvent.CheckpointSafe safe
                        && safe.name().startsWith("step_"));
                staged.cloud.market().outbid(staged.instance().id());
                RunReport report = staged.report();

                assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
                assertThat(report.machines()).hasSize(2);
                assertThat(report.checkpoint("best.pt")).hasValue(plan.results().resolve("best.pt"));
                assertThat(Files.readString(plan.results().resolve("best.pt"), StandardCharsets.ISO_8859_1))
                        .startsWith("4 steps, lowest 1000\n");
            }
        }
    }

    private static List<Path> keysOn(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(S3Server.SECRET);
                        } catch (IOException e) {
                            return false; // gone meanwhile
                        }
                    })
                    .toList();
        }
    }
}
