package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.PretendAccount;
import ai.flightmind.vast.fake.FakeInstance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide's snippets, in its order, against a pretend cloud that they find where the real one would be. */
@Timeout(180)
@TestMethodOrder(OrderAnnotation.class)
class GuidePageTest {
    private static final DocSnippets PAGE = DocSnippets.of("guide.md");

    private static final String OFFERS = "gpu_name=H100_SXM num_gpus=4 bw_nvlink>200 reliability>0.95"
            + " direct_port_count>0 disk_space>=500 inet_down>500 cuda_max_good>=13.0";

    /** For the snippets that take a plan as given: a program that takes no time. */
    private static final String QUICK_PLAN = """
            RunPlan plan = RunPlan.builder().offers(OfferQuery.parse("gpu_name=H100_SXM num_gpus=4"))
            .workload(Workload.training(1_000_000, 20_000)).diskGb(100)
            .data(Path.of("program")).command("sh", "program/train.sh")
            .patience(Patience.standard().withPoll(Duration.ofSeconds(1)))
            .budget(Budget.dollars(50)).results(Path.of("%s")).build();
            """;

    private static final String PROGRAM = """
            mkdir -p checkpoints; step=0
            while [ $step -lt 10 ]; do
              echo "{\\"step\\":$step,\\"loss\\":2.5,\\"tokens\\":$((step * 100)),\\"tokens_per_second\\":100}" >> checkpoints/metrics.jsonl
              echo "step $step done"; step=$((step + 1)); sleep 0.3
            done
            echo weights > checkpoints/best.pt; echo weights > checkpoints/final.pt
            """;

    private static final String INSTANCE =
            "VastClient vast = VastClient.create(); Instance instance = vast.instances().list().get(0);";

    /** Presses Enter when something was printed. */
    private static final String ENTER = """
            CountDownLatch printed = new CountDownLatch(1);
            System.setOut(new PrintStream(System.out, true) {
              @Override public void println(String line) { super.println(line); printed.countDown(); }
            });
            System.setIn(new InputStream() {
              @Override public int read() throws IOException {
                try { printed.await(); } catch (InterruptedException e) { throw new InterruptedIOException(); }
                return '\\n';
              }
            });
            """;

    @TempDir
    static Path directory;

    private static PretendAccount account;

    @BeforeAll
    static void openTheCloud() throws IOException {
        account = PretendAccount.open(Files.createDirectory(directory.resolve("account")), OFFERS);
        Random random = new Random(1);
        for (String name : List.of("train.bin", "val.bin")) {
            ByteBuffer tokens = ByteBuffer.allocate(2 * 2048 * 12).order(ByteOrder.LITTLE_ENDIAN);
            while (tokens.hasRemaining()) {
                tokens.putShort((short) random.nextInt(64));
            }
            Path file = directory.resolve("data/tokenized").resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, tokens.array());
        }
        Files.writeString(directory.resolve("data/tokenized/meta.json"), "{\"vocab_size\": 64, \"seq_len\": 2048}");
        Files.createDirectories(directory.resolve("program"));
        Files.writeString(directory.resolve("program/train.sh"), PROGRAM);
    }

    @AfterAll
    static void everySnippetWasRun() {
        account.close();
        PAGE.assertAllRun();
    }

    private static String run(String name, String before) {
        return PAGE.run(name, directory, before, account.environment());
    }

    private static String run(String name) {
        return run(name, "");
    }

    private static void assertNothingBills() {
        account.cloud().market().assertNothingRented();
    }

    @Test
    @Order(1)
    void planSaysWhatWouldBeStarted() {
        assertThat(run("plan"))
                .containsPattern("NCCL_NVLS_ENABLE=0 java .*Launch --nproc-per-node 4 .*--max-steps 100 ")
                .containsPattern("--max-steps 95000 .*--resume latest");
    }

    @Test
    @Order(2)
    void rehearsedPlanIsInterruptedAndComesToItsEnd() {
        // Four ranks are more than two cores take in the time of a test.
        String plan = PAGE.text("plan").replace("num_gpus=4", "num_gpus=2").replace("steps(100)", "steps(8)");

        assertThat(run("rehearse", plan)).contains("is lost", "resumed from", "COMPLETED");

        assertThat(directory.resolve("checkpoints_cloud/rehearsal-1/final.pt")).exists();
    }

    @Test
    @Order(3)
    void runGoesFromOfferToDestroyedInstance() {
        assertThat(run("start", QUICK_PLAN.formatted("started"))).contains("COMPLETED", "nothing is left");

        assertThat(directory.resolve("started/final.pt")).exists();
        assertNothingBills();
    }

    @Test
    @Order(4)
    void commandSaysWhatItWouldRentRunAndPay() {
        assertThat(run("command"))
                .contains("POST /api/v0/bundles/", "H100 SXM", "--nproc-per-node 4", "The budget of $700.00 pays");
        assertNothingBills();
    }

    @Test
    @Order(5)
    void offersAreRankedByTheWholeRun() {
        assertThat(run("find")).contains("H100 SXM", "101", "102");
    }

    @Test
    @Order(6)
    void machineIsRentedVerifiedAndInstalledByHand() throws IOException {
        assertThat(run("launch")).containsPattern("instance \\d+ at .*127\\.0\\.0\\.1");
        assertThat(account.cloud().market().rented())
                .extracting(FakeInstance::label)
                .hasSize(1);
        assertThat(run("verify", INSTANCE)).contains("as promised");
        assertThat(run("install", INSTANCE + "List<MavenArtifact> natives = List.of();"))
                .contains("java");
        assertThat(run("upload", INSTANCE)).contains("bytes, SHA-256");
        Path work = account.rented().resolve("flightmind/work");
        assertThat(work.resolve("data/tokenized/train.bin")).exists();
        Files.createDirectories(work.resolve("checkpoints"));
        Files.writeString(work.resolve("checkpoints/best.pt"), "weights");
    }

    @Test
    @Order(7)
    void bucketIsPartOfThePlan() {
        Map<String, String> key = Map.of("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret");
        assertThat(PAGE.run("bucket", directory, QUICK_PLAN.formatted("unused"), key))
                .contains("runs/d24");
    }

    @Test
    @Order(8)
    void logAndTensorBoardAreReachedByHand() throws IOException {
        Path home = account.rented();
        Files.createDirectories(home.resolve("flightmind/job"));
        Files.writeString(home.resolve("flightmind/job/log"), "step 7 done\n");

        assertThat(run("follow", ENTER + INSTANCE)).contains("step 7 done");
        for (String command : List.of("pip", "tensorboard")) {
            Path standIn = Files.writeString(home.resolve(".bin").resolve(command), "#!/bin/sh\n");
            Files.setPosixFilePermissions(standIn, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertThat(run("tensorboard", ENTER + INSTANCE)).contains("open http://127.0.0.1:6006");
    }

    @Test
    @Order(9)
    void resultsAreDownloadedAndTheInstanceDestroyedByHand() {
        run("download", INSTANCE);
        assertThat(directory.resolve("checkpoints/cloud_best.pt")).hasContent("weights");
        assertThat(directory.resolve("checkpoints_by_hand/best.pt")).hasContent("weights");

        run("destroy", INSTANCE);
        assertNothingBills();
    }

    @Test
    @Order(10)
    void runIsLeftAndJoinedAgain() {
        String left = run("leave", QUICK_PLAN.formatted("left"));
        Matcher id = Pattern.compile("left (\\S+)\\s*$").matcher(left);
        assertThat(id.find()).as(left).isTrue();
        assertThat(account.cloud().market().rented()).hasSize(1);

        assertThat(run("join", "String id = \"" + id.group(1) + "\";")).contains("COMPLETED");
        assertThat(directory.resolve("left/final.pt")).exists();
        assertNothingBills();
    }

    @Test
    @Order(11)
    void checklistPasses() {
        assertThat(run("checklist"))
                .contains("[x] account funded", "[x] training data", "[x] rehearsed", "[x] SSH key");
    }

    @Test
    @Order(12)
    void costsAreTheGuides() {
        assertThat(PAGE.run("costs", directory).lines())
                .satisfiesExactly(
                        d24 -> assertThat(d24).contains("268 GPU-hours, 67 h on 4", "$536 on demand", "$375"),
                        d24 -> assertThat(d24).contains("268 GPU-hours, 34 h on 8"),
                        d32 -> assertThat(d32).contains("621 GPU-hours, 155 h on 4", "$1,242 on demand", "$870"),
                        d32 -> assertThat(d32).contains("621 GPU-hours, 78 h on 8"));
    }
}
