package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.generation.Completion;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.huggingface.HuggingFaceExport;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As a user runs it: in a process with a standard input and output of its own, where the platform's charset is ASCII. */
@Timeout(180)
class GenerateTest {
    private static final GptConfig CONFIG =
            GptConfig.builder().depth(1).vocabSize(300).sequenceLength(96).build();
    private static final Generation GENERATION = Generation.builder()
            .maxNewTokens(60)
            .temperature(0.9)
            .topK(200)
            .topP(0.95)
            .repetitionPenalty(1.2)
            .noRepeatNgram(3)
            .stopStrings(List.of("=", "Q"))
            .seed(seed(5))
            .build();
    private static final String FLAGS =
            "model.pt --tokenizer tokenizer.json --max-tokens 60 --temperature 0.9 --top-k 200"
                    + " --top-p 0.95 --repetition-penalty 1.2 --no-repeat-ngram 3 --stop = --stop Q --seed 5 --threads 1";

    @TempDir
    static Path directory;

    private final List<Process> processes = new ArrayList<>();

    private record Ended(int status, String out, String err) {}

    @BeforeAll
    static void makeModel() {
        Libtorch.setThreads(1);
        writeTokenizer("tokenizer.json", 300);
        writeTokenizer("large.json", 320);
        try (Gpt model = model()) {
            CheckpointWriter.writeWeights(directory.resolve("model.pt"), model);
        }
    }

    private static void writeTokenizer(String file, int vocabSize) {
        BpeTrainer.builder()
                .vocabSize(vocabSize)
                .build()
                .train(AviationCorpus.of(1).metars(50))
                .write(directory.resolve(file));
    }

    private static Gpt model() {
        return Gpt.create(CONFIG, Device.cpu(), seed(3));
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Generate.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("err.txt").toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Flags are parted by spaces; the last ones come as they are. */
    private Ended run(byte[] input, String flags, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(flags.split(" ")));
        arguments.addAll(List.of(more));
        Process process = start(arguments);
        try (OutputStream in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException e) {
            // It has ended without reading: what it says tells why.
        }
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(directory.resolve("err.txt")));
    }

    /** What the library gives for some prompts. */
    private static List<Completion> expected(String... prompts) {
        try (Tokenizer tokenizer = Tokenizer.open(directory);
                Gpt model = model()) {
            return Generator.builder().model(model).tokenizer(tokenizer).build().complete(List.of(prompts), GENERATION);
        }
    }

    @Test
    void linesOfTheInputAreContinuedAsByTheLibraryOneByOneAndSideBySide() throws Exception {
        String[] prompts = {"METAR KJFK", "", "\u00e9t\u00e9 \ud83d\udeeb"};
        List<String> texts = new ArrayList<>();
        for (Completion completion : expected(prompts)) {
            texts.add(prompts[texts.size()] + completion.text() + "\n");
        }
        byte[] input = String.join("\r\n", prompts).getBytes(UTF_8);

        Ended oneByOne = run(input, FLAGS);

        assertThat(oneByOne.out()).isEqualTo(String.join("\n", texts));
        assertThat(oneByOne.err()).containsPattern("3 prompts, \\d+ tokens, \\d+\\.\\d tok/s");
        assertThat(oneByOne.status()).isZero();
        assertThat(run(input, FLAGS + " --batch-size 2").out()).isEqualTo(oneByOne.out());
    }

    @Test
    void jsonSaysOfEachPromptHowItEnded() throws Exception {
        String[] prompts = {"METAR KJFK", "two\nlines"};

        Ended ended = run(new byte[0], FLAGS + " --json", "--prompt", prompts[0], "--prompt", prompts[1]);

        JsonAdapter<Object> json = new Moshi.Builder().build().adapter(Object.class);
        List<String> lines = ended.out().lines().toList();
        List<Completion> completions = expected(prompts);
        assertThat(lines).hasSize(prompts.length);
        for (int i = 0; i < prompts.length; i++) {
            Completion completion = completions.get(i);
            assertThat(json.fromJson(lines.get(i)))
                    .isEqualTo(Map.of(
                            "prompt",
                            prompts[i],
                            "text",
                            completion.text(),
                            "tokens",
                            (double) completion.ids().size(),
                            "finish_reason",
                            completion.finishReason().name().toLowerCase(Locale.ROOT)));
        }
        assertThat(ended.status()).isZero();
    }

    @Test
    void exportedModelBringsItsTokenizerAndWholeInputIsOnePrompt() throws Exception {
        String prompt = "METAR KJFK\n121651Z\n";
        try (Gpt model = model()) {
            HuggingFaceExport.builder()
                    .precision(Precision.FP32)
                    .tokenizer(directory.resolve("tokenizer.json"))
                    .build()
                    .write(model, directory.resolve("exported"));
        }
        String flags = FLAGS.replace("model.pt --tokenizer tokenizer.json", "exported") + " --whole-input";

        Ended ended = run(prompt.getBytes(UTF_8), flags);

        assertThat(ended.out()).isEqualTo(prompt + expected(prompt).get(0).text() + "\n");
        assertThat(ended.status()).isZero();
    }

    @Test
    void lineIsAnsweredBeforeTheNextOneIsThereAndEndsWhenNobodyReads() throws Exception {
        Process process = start(List.of(
                "model.pt",
                "--tokenizer",
                "tokenizer.json",
                "--threads",
                "1",
                "--ignore-end-of-text",
                "--max-tokens",
                "1000000"));
        OutputStream in = process.getOutputStream();
        in.write("first\n".getBytes(UTF_8));
        in.flush();

        InputStream out = process.getInputStream();
        assertThat(new String(out.readNBytes("first".length() + 100), UTF_8)).startsWith("first");
        out.close();

        assertThat(process.waitFor()).isZero();
    }

    @Test
    void inputThatIsNotUtf8IsNamedByItsLine() throws Exception {
        Ended ended = run(new byte[] {'a', '\n', (byte) 0xff, '\n'}, FLAGS);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err())
                .contains("error: Line 2 of the standard input is not UTF-8")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({
        "model.pt, say with --tokenizer",
        "model.pt --tokenizer bytes --whole-input --prompt x, either --prompt or --whole-input",
        "model.pt --tokenizer tokenizer.json, There is no prompt",
        "model.pt --tokenizer tokenizer.json --top-p 0, topP must be above 0",
        "model.pt --tokenizer large.json --prompt x, only 300",
        "missing.pt --tokenizer bytes --prompt x, missing.pt"
    })
    void whatCannotBeIsSaid(String flags, String problem) throws Exception {
        Ended ended = run(new byte[0], flags);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("error: ", problem).doesNotContain("\tat ");
    }
}
