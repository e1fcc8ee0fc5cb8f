package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.examples.aviation.ChatCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.huggingface.HuggingFaceExport;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As a user runs it: in a process of its own. */
@Timeout(300)
class FineTuneTest {
    private static final GptConfig CONFIG =
            GptConfig.builder().depth(1).vocabSize(263).sequenceLength(96).build();
    private static final String SMALL = " --rank 4 --alpha 8 --targets QUERY,VALUE --seq-len 64 --packed --batch-size 4"
            + " --accumulation 2 --lr 1e-2 --min-lr 1e-3 --warmup-steps 2 --eval-every 20 --eval-steps 2"
            + " --checkpoint-every 20 --log-every 1 --threads 1 --device cpu --resume latest";
    private static final String FLAGS =
            "questions.jsonl --base base.pt --tokenizer bytes --held-out 0.1 --max-steps 60" + SMALL;

    @TempDir
    static Path directory;

    private final List<Process> processes = new ArrayList<>();

    private record Ended(int status, String output) {}

    @BeforeAll
    static void makeBaseAndConversations() throws IOException {
        Libtorch.setThreads(1);
        Files.write(
                directory.resolve("questions.jsonl"),
                ChatCorpus.of(1).questions(100).toList());
        try (Gpt model = base()) {
            CheckpointWriter.writeWeights(directory.resolve("base.pt"), model);
        }
    }

    private static Gpt base() {
        return Gpt.create(CONFIG, Device.cpu(), seed(3));
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FineTune.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(directory.toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Ended run(String... arguments) throws Exception {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static String[] flags(String flags, String... more) {
        return Stream.concat(Arrays.stream(flags.split(" ")), Arrays.stream(more))
                .toArray(String[]::new);
    }

    private static List<String> losses(String checkpoints) throws IOException {
        return Files.readAllLines(directory.resolve(checkpoints).resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(".*(\"loss\":[^,]+),.*", "$1"))
                .toList();
    }

    @Test
    void interruptedRunGoesOnToTheLossesOfTheUnbrokenOneAndIsMerged() throws Exception {
        Ended unbroken = run(flags(FLAGS, "--checkpoints", "unbroken", "--ask", "WHAT IS BKN?"));

        // 4 · (64 + 64) numbers for each of two layers.
        assertThat(unbroken.output())
                .contains(
                        "1,024 numbers are trained beside",
                        "best.pt in it: " + Path.of("unbroken", "merged.pt"),
                        "sequences of 64 tokens")
                .containsPattern("(?s)> WHAT IS BKN\\?.*> WHAT IS BKN\\?");
        assertThat(unbroken.status()).isZero();

        Process process = start(flags(FLAGS, "--checkpoints", "broken"));
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("step      3")) {
                line = lines.readLine();
            }
            process.toHandle().destroy(); // SIGTERM, which leaves its output open
            assertThat(String.join("\n", lines.lines().toList())).doesNotContain("merged.pt");
        }
        process.waitFor();
        assertThat(losses("broken")).hasSizeBetween(4, 59);
        Ended second = run(flags(FLAGS, "--checkpoints", "broken"));

        assertThat(second.output()).contains("resumed from");
        assertThat(losses("broken")).hasSize(60).isEqualTo(losses("unbroken"));
        assertThat(difference("broken/merged.pt", "unbroken/merged.pt")).isZero();
        assertThat(difference("unbroken/merged.pt", "base.pt")).isGreaterThan(1e-3);
        assertMergedSaysWhatTheAdapterSaid(directory.resolve("unbroken"));

        Ended again = run(flags(FLAGS, "--checkpoints", "unbroken"));
        assertThat(again.output()).contains("merged.pt").doesNotContain("step      0");
        assertThat(again.status()).isZero();
    }

    /** The largest between the logits that two checkpoints give. */
    private static double difference(String one, String other) {
        try (Gpt first = base();
                Gpt second = base()) {
            CheckpointReader.readWeights(directory.resolve(one), first);
            CheckpointReader.readWeights(directory.resolve(other), second);
            return difference(first, second);
        }
    }

    private static void assertMergedSaysWhatTheAdapterSaid(Path checkpoints) {
        try (Gpt adapted = base();
                Gpt merged = base()) {
            CheckpointReader.readAdapter(checkpoints.resolve("best.pt"), adapted);
            CheckpointReader.readWeights(checkpoints.resolve("merged.pt"), merged);
            assertThat(difference(adapted, merged)).isLessThan(1e-5);
        }
    }

    private static double difference(Gpt one, Gpt other) {
        long[] ids = {5, 80, 90, 3, 6, 70, 71, 72, 3};
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor tokens = torch.tensor(ids).view(1, -1);
            return one.logits(tokens, Precision.FP32)
                    .sub(other.logits(tokens, Precision.FP32))
                    .abs()
                    .max()
                    .item_double();
        }
    }

    @Test
    void exportedModelBringsItsTokenizer() throws Exception {
        Path tokenizer = directory.resolve("tokenizer.json");
        BpeTrainer.builder()
                .vocabSize(300)
                .build()
                .train(ChatCorpus.of(2).questions(50))
                .write(tokenizer);
        GptConfig config = CONFIG.toBuilder().vocabSize(300).build();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(3))) {
            HuggingFaceExport.builder().tokenizer(tokenizer).build().write(model, directory.resolve("exported"));
        }

        Ended ended = run(
                flags("questions.jsonl --base exported --checkpoints from-export --epochs 1 --merged new.pt" + SMALL));

        assertThat(ended.output()).contains("new.pt");
        assertThat(ended.status()).isZero();
        assertThat(CheckpointReader.config(directory.resolve("new.pt"))).isEqualTo(config);
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() throws Exception {
        Files.writeString(
                directory.resolve("bad.jsonl"),
                "{\"prompt\": \"q\", \"response\": \"a\"}\n\n{\"prompt\": \"q\", \"response\": 3}\n");

        assertRefused("bad.jsonl:3: a NUMBER where a text should be", "bad.jsonl --base base.pt --tokenizer bytes");
        assertRefused("say with --tokenizer", "questions.jsonl --base base.pt");
        assertRefused(
                "no special token <|end|>", "questions.jsonl --base base.pt --tokenizer bytes --end-of-turn <|end|>");
        assertRefused("to the model's 96, not 512", "questions.jsonl --base base.pt --tokenizer bytes");
        assertThat(directory.resolve("finetuned")).doesNotExist();
    }

    private void assertRefused(String why, String flags) throws Exception {
        Ended ended = run(flags(flags));

        assertThat(ended.output()).contains("error: ", why).doesNotContain("\tat ");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void withoutArgumentsItShowsHow() throws Exception {
        assumeTrue(Boolean.getBoolean("flightmind.slow"), "-Dflightmind.slow=true");

        Ended ended = run();

        assertThat(ended.output())
                .endsWith(String.format("> BKN?%n  5 TO 7 EIGHTHS%n> SN?%n  SNOW%n> VRB?%n  VARIABLE WIND%n"));
        try (Tokenizer bytes = Tokenizer.bytes()) {
            assertThat(CheckpointReader.config(directory.resolve("fine-tune/checkpoints/merged.pt"))
                            .vocabSize())
                    .isEqualTo(bytes.vocabSize());
        }
    }
}
