package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.huggingface.HuggingFaceExport;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.evaluation.EvaluationReport;
import ai.flightmind.train.evaluation.ModelEvaluation;
import ai.flightmind.train.prepare.Prepare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As a user runs it: in a process of its own, on a model that was trained and then fine-tuned a little. */
@Timeout(180)
class EvaluateTest {
    private static final GptConfig CONFIG =
            GptConfig.builder().depth(1).vocabSize(300).sequenceLength(64).build();

    @TempDir
    static Path directory;

    private final List<Process> processes = new ArrayList<>();

    private record Ended(int status, String out, String err) {}

    @BeforeAll
    static void trainAndFineTune() throws IOException {
        Libtorch.setThreads(1);
        List<String> reports = AviationCorpus.of(1).metars(80).toList();
        Files.write(directory.resolve("weather.txt"), reports);
        Files.write(
                directory.resolve("exam.jsonl"),
                List.of(
                        "{\"question\": \"QNH?\", \"choices\": [\"1013\", \"tower\"], \"answer\": 0}",
                        "{\"question\": \"Who?\", \"choices\": [\"tower\", \"1013\", \"wind\"], \"answer\": \"C\"}"));
        BpeTrainer.builder().vocabSize(300).build().train(reports.stream()).write(directory.resolve("tokenizer.json"));
        BpeTrainer.builder().vocabSize(320).build().train(reports.stream()).write(directory.resolve("large.json"));
        try (Tokenizer tokenizer = Tokenizer.open(directory.resolve("tokenizer.json"))) {
            Prepare.builder()
                    .corpus(Corpus.of(directory.resolve("weather.txt")))
                    .tokenizer(tokenizer)
                    .directory(directory.resolve("data"))
                    .sequenceLength(64)
                    .validationShare(0.1)
                    .build()
                    .run();
        }
        try (Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(3))) {
            train(model, "base");
            CheckpointWriter.writeWeights(directory.resolve("base.pt"), model);
            model.attachAdapter(LoraConfig.builder().rank(4).build(), seed(4));
            train(model, "tuned");
        }
    }

    private static void train(Gpt model, String folder) {
        try (TokenDataset data = TokenDataset.open(directory.resolve("data"));
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(data)
                        .maxSteps(8)
                        .microBatchSize(4)
                        .tokensPerStep(4 * 64)
                        .learningRate(LearningRate.cosine(1e-2, 1e-3).warmup(2))
                        .checkpoints(Checkpoints.in(directory.resolve(folder)))
                        .build()) {
            trainer.run();
        }
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    private Ended run(String flags) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Evaluate.class.getName()));
        command.addAll(List.of(flags.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("err.txt").toFile())
                .start();
        processes.add(process);
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(directory.resolve("err.txt")));
    }

    /** What the library gives for what the flags say. */
    private static EvaluationReport expected(boolean tuned) {
        try (Tokenizer tokenizer = Tokenizer.open(directory.resolve("tokenizer.json"));
                Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(0))) {
            CheckpointReader.readWeights(directory.resolve("base.pt"), model);
            if (tuned) {
                CheckpointReader.readAdapter(directory.resolve("tuned/final.pt"), model);
                model.mergeAdapter();
            }
            return ModelEvaluation.builder()
                    .model(model)
                    .tokenizer(tokenizer)
                    .text("weather", Corpus.of(directory.resolve("weather.txt")))
                    .tokens("val.bin", directory.resolve("data/val.bin"))
                    .questions("exam", directory.resolve("exam.jsonl"))
                    .stride(16)
                    .build()
                    .run();
        }
    }

    private static final String FLAGS = " --data weather=weather.txt --data data/val.bin --questions exam=exam.jsonl"
            + " --stride 16 --threads 1 --json report.json --html report.html";

    /** But for the title. */
    private static String figures(String table) {
        return table.substring(table.indexOf('\n'));
    }

    @Test
    void checkpointIsEvaluatedAsByTheLibrary() throws Exception {
        Ended ended = run("base.pt --tokenizer tokenizer.json" + FLAGS);

        assertThat(ended.err()).doesNotContain("error");
        assertThat(ended.out()).startsWith("base.pt\n");
        assertThat(figures(ended.out())).isEqualTo(figures(expected(false).table()));
        assertThat(ended.status()).isZero();
        assertThat(directory.resolve("report.json")).content().contains("\"domain\": \"weather\"", "\"acc\": ");
        assertThat(directory.resolve("report.html")).content().contains("<h1>base.pt</h1>", "val.bin");
    }

    @Test
    void exportedModelBringsItsTokenizer() throws Exception {
        try (Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(0))) {
            CheckpointReader.readWeights(directory.resolve("base.pt"), model);
            HuggingFaceExport.builder()
                    .precision(Precision.FP32)
                    .tokenizer(directory.resolve("tokenizer.json"))
                    .build()
                    .write(model, directory.resolve("exported"));
        }

        Ended ended = run("exported" + FLAGS);

        assertThat(figures(ended.out())).isEqualTo(figures(expected(false).table()));
    }

    @Test
    void adapterIsEvaluatedOnItsBase() throws Exception {
        Ended ended = run("base.pt --adapter tuned/final.pt --tokenizer tokenizer.json" + FLAGS);

        assertThat(ended.out()).startsWith("base.pt with tuned/final.pt\n");
        assertThat(figures(ended.out()))
                .isEqualTo(figures(expected(true).table()))
                .isNotEqualTo(figures(expected(false).table()));
    }

    @ParameterizedTest
    @CsvSource({
        "base.pt --data weather.txt, say with --tokenizer",
        "base.pt --tokenizer tokenizer.json, nothing to evaluate on",
        "base.pt --tokenizer large.json --data weather.txt, only 300",
        "base.pt --tokenizer tokenizer.json --data missing.txt, missing.txt",
        "base.pt --tokenizer tokenizer.json --questions weather.txt, weather.txt:1: ",
        "base.pt --tokenizer bytes --data data/val.bin, made with a tokenizer of 300",
    })
    void whatCannotBeIsSaid(String flags, String problem) throws Exception {
        Ended ended = run(flags);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("error: ", problem).doesNotContain("\tat ");
    }
}
