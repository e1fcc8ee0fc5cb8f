package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.GptConfig;
import ai.flightmind.train.checkpoint.CheckpointReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example programs as a user runs them: in processes of their own, with small numbers. */
@Timeout(180)
class ProgramsTest {
    @TempDir
    Path directory;

    private ProgramRun run(Class<?> program, Object... arguments) throws Exception {
        return ProgramRun.of(directory, program, arguments);
    }

    @Test
    void quickstartTrainsIsInterruptedResumesAndWrites() throws Exception {
        ProgramRun ended =
                run(Quickstart.class, "--dir", "quick", "--reports", 300, "--depth", 1, "--steps", 30, "--write", 2);

        assertThat(ended.output()).contains("Interrupted", "Validation loss", "reports are accepted");
        assertThat(ended.status()).isZero();
        Path checkpoints = directory.resolve("quick/checkpoints");
        assertThat(checkpoints.resolve("step_15.pt")).exists();
        assertThat(checkpoints.resolve("final.pt")).exists();
        assertThat(Files.readAllLines(checkpoints.resolve("metrics.jsonl"))).hasSize(30);
        assertThat(directory.resolve("quick/report.html")).content().contains("Completed", "METAR ");

        run(ReportRun.class, "quick/checkpoints", "--out", "again.html");
        assertThat(directory.resolve("again.html")).content().contains("Completed", "<svg");
        ProgramRun plotted =
                run(PlotRuns.class, "quick/checkpoints", "--quantity", "gradient_norm", "--log-y", "--out", "norm.svg");
        assertThat(plotted.output()).contains("norm.svg");
        assertThat(directory.resolve("norm.svg")).content().contains("<svg");
        assertThat(run(PlotRuns.class, "nowhere").output()).contains("error: The metrics", "nowhere");
    }

    @Test
    void watchingCostSaysWhatTheWatchersTake() throws Exception {
        ProgramRun ended = run(
                WatchingCost.class,
                "--depth",
                1,
                "--seq-len",
                32,
                "--batch-size",
                2,
                "--rounds",
                1,
                "--steps",
                5,
                "--threads",
                1);

        assertThat(ended.output()).containsPattern("the watchers themselves took \\d+\\.\\d+ ms of each step");
        assertThat(ended.status()).isZero();
    }

    @Test
    void rehearsedRunIsInterruptedAndEndsWithTheLossesOfTheUnbrokenOne() throws Exception {
        ProgramRun ended = run(RehearseRun.class, "--dir", "rehearsed", "--steps", 160);

        assertThat(ended.output())
                .contains("outbid", "resumed from", "As it should be: 160 steps on 2 machines")
                .doesNotContain("WRONG")
                .containsPattern("10 +Destroy the instance .*nothing is left");
        assertThat(ended.status()).isZero();
        assertThat(directory.resolve("rehearsed/results/rehearsal-1/final.pt")).exists();
    }

    @Test
    void pretrainTakesTheGuidesFlagsAndGoesOnFromTheLatest() throws Exception {
        ByteDataset.write(directory.resolve("data"), new byte[64 * 200], 64, 1);
        Object[] common = {
            "--data",
            "data",
            "--checkpoints",
            "out",
            "--depth",
            1,
            "--batch-size",
            4,
            "--tokens-per-step",
            512,
            "--lr",
            "1e-3",
            "--min-lr",
            "1e-4",
            "--warmup-steps",
            2,
            "--weight-decay",
            0.1,
            "--grad-clip",
            1.0,
            "--log-every",
            1,
            "--eval-every",
            4,
            "--eval-steps",
            2,
            "--checkpoint-every",
            4,
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--seed",
            3,
            "--threads",
            1,
            "--resume",
            "latest",
            "--max-steps"
        };
        ProgramRun first = run(Pretrain.class, with(common, 6));
        assertThat(first.output())
                .containsPattern(
                        "step {6}0 \\| loss \\d+\\.\\d{4} \\| lr 5\\.00e-04 \\| grad_norm \\d+\\.\\d\\d \\| [\\d,]+ tok/s")
                .contains("  -> val_loss: ");
        assertThat(first.status()).isZero();

        ProgramRun second = run(Pretrain.class, with(common, 9));
        assertThat(second.output())
                .contains("resumed from")
                .contains("step      6")
                .doesNotContain("step      5");
        assertThat(directory.resolve("out/step_8.pt")).exists();
        assertThat(Files.readAllLines(directory.resolve("out/metrics.jsonl"))).hasSize(9);
        assertThat(CheckpointReader.config(directory.resolve("out/final.pt")))
                .isEqualTo(GptConfig.builder()
                        .depth(1)
                        .vocabSize(256)
                        .sequenceLength(64)
                        .build());
    }

    private static Object[] with(Object[] arguments, Object last) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.add(last);
        return all.toArray();
    }
}
