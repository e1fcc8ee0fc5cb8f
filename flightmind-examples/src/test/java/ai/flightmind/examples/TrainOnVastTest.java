package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a user runs it, in a process of its own, with a pretend cloud where the real one would be. */
@Timeout(180)
class TrainOnVastTest {
    private static final String QUERY =
            "gpu_name=H100_SXM num_gpus=2 bw_nvlink>200 disk_space>=100 cuda_max_good>=13.0";
    private static final String SMALL = "--depth 1 --batch-size 2 --tokens-per-step 256 --lr 4e-3 --warmup-steps 2"
            + " --eval-steps 2 --device cpu --threads 1";

    @TempDir
    Path directory;

    @BeforeEach
    void writeData() throws Exception {
        byte[] text = new byte[64 * 200];
        new Random(1).nextBytes(text);
        ByteDataset.write(directory.resolve("data/tokenized"), text, 64, 1);
    }

    private record Ended(int status, String output) {}

    private Ended run(Map<String, String> environment, String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TrainOnVast.class.getName()));
        command.addAll(List.of(arguments.split(" ", -1)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(directory.toFile());
        builder.environment().remove("VAST_API_KEY");
        builder.environment().put("JAVA_TOOL_OPTIONS", PretendAccount.home(directory));
        builder.environment().put("XDG_CONFIG_HOME", directory.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void planWithoutAKeySaysWhatWouldBeAskedRunAndPaid() throws Exception {
        Ended ended = run(Map.of(), "--plan --depth 24 --max-steps 95000 --budget 600");

        assertThat(ended.status()).isZero();
        assertThat(ended.output())
                .contains("POST /api/v0/bundles/", "\"gpu_name\":{\"eq\":\"H100 SXM\"}", "\"allocated_storage\":500")
                .contains("No offers without a key")
                .containsPattern("NCCL_NVLS_ENABLE=0 java -cp CLASS_PATH ai.flightmind.train.distributed.Launch"
                        + " --nproc-per-node 4 .* --depth 24 --max-steps 95000 --resume latest")
                .containsPattern("pytorch-\\d[\\d.-]*-linux-x86_64-gpu.jar")
                .containsPattern("\\d+ GPU-hours, \\d+ h on 4 x H100 SXM")
                .contains("The budget of $600.00 pays up to $");
    }

    @Test
    void flagsThatPretrainDoesNotTakeAreRefusedAtOnce() throws Exception {
        Ended misspelt = run(Map.of(), "--dept 24");
        Ended own = run(Map.of(), "--resume=latest");

        assertThat(misspelt.status()).isEqualTo(2);
        assertThat(misspelt.output()).contains("Unknown option", "--dept");
        assertThat(own.status()).isEqualTo(2);
        assertThat(own.output()).contains("--checkpoints and --resume are set by the run");
    }

    @Test
    void rehearsalIsSmallAndLeavesItsCheckpoint() throws Exception {
        Ended ended = run(Map.of(), "--rehearse --num-gpus 1 --dry-run 0 --depth 24 --max-steps 95000");

        assertThat(ended.output()).contains("FlightMind-d2", "COMPLETED");
        assertThat(ended.status()).isZero();
        assertThat(directory.resolve("checkpoints_cloud/rehearsal-1/final.pt")).exists();
    }

    @Test
    void runIsPlannedStartedLeftAndJoinedAgain() throws Exception {
        try (PretendAccount account = PretendAccount.open(directory, QUERY)) {
            String flags = "--num-gpus 2 --disk 100 --dry-run 0 --send-natives --max-steps 30 " + SMALL;
            Ended planned = run(account.environment(), flags + " --plan");
            assertThat(planned.output()).contains("POST /api/v0/bundles/", "101");
            account.cloud().market().assertNothingRented();

            Ended left = run(account.environment(), flags + " --detach");
            assertThat(left.status()).as(left.output()).isZero();
            Matcher id = Pattern.compile("Join it with --attach (\\S+)").matcher(left.output());
            assertThat(id.find()).as(left.output()).isTrue();
            assertThat(account.cloud().market().rented()).hasSize(1);

            Ended joined = run(account.environment(), "--attach " + id.group(1));
            assertThat(joined.output()).contains("COMPLETED");
            assertThat(joined.status()).isZero();
            account.cloud().market().assertNothingRented();
            assertThat(Files.readAllLines(directory.resolve("checkpoints_cloud/metrics.jsonl")))
                    .hasSize(30);
        }
    }
}
