package ai.flightmind.examples.docs;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.Prepare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatePageTest {
    private static final DocSnippets PAGE = DocSnippets.of("evaluate.md");

    @TempDir
    static Path directory;

    @BeforeAll
    static void modelItsDataAndAnExam() throws IOException {
        List<String> reports = AviationCorpus.of(1).metars(60).toList();
        Path data = Files.createDirectories(directory.resolve("data/tokenized"));
        Path vocabulary = data.resolve("tokenizer.json");
        BpeTrainer.builder().vocabSize(300).build().train(reports.stream()).write(vocabulary);
        Files.write(directory.resolve("weather.txt"), reports);
        Files.write(
                directory.resolve("radio.jsonl"),
                List.of("{\"text\": \"Ground, good morning.\"}", "{\"text\": \"Taxi to holding point C.\"}"));
        Files.write(
                directory.resolve("exam.jsonl"),
                List.of(
                        "{\"question\": \"Who clears for take-off?\", \"choices\": [\"tower\", \"ground\"], \"answer\": \"A\"}",
                        "{\"question\": \"What is QNH?\", \"choices\": [\"a wind\", \"a pressure\"], \"answer\": 1}"));
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            Prepare.builder()
                    .corpus(Corpus.of(directory.resolve("weather.txt")))
                    .tokenizer(tokenizer)
                    .directory(data)
                    .sequenceLength(64)
                    .validationShare(0.1)
                    .build()
                    .run();
        }
        GptConfig config =
                GptConfig.builder().depth(1).vocabSize(300).sequenceLength(128).build();
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(3))) {
            CheckpointWriter.writeWeights(directory.resolve("checkpoints/best.pt"), model);
        }
    }

    @Test
    void commandReportsInThreeForms() {
        String output = PAGE.run("command", directory);

        assertThat(output)
                .contains("domain ", "radio ", "weather ", "validation ", "all ", "exam ", "±", "> METAR KJFK");
        assertThat(directory.resolve("report.json")).content().contains("\"bits_per_byte\": ", "\"acc_norm\": ");
        assertThat(directory.resolve("report.html")).content().contains("<h2>Perplexity</h2>", "METAR KJFK");
    }

    @Test
    void libraryGivesTheFigures() {
        assertThat(PAGE.run("evaluate", directory))
                .containsPattern("radio: \\d\\.\\d+ bits per byte")
                .containsPattern("validation: \\d\\.\\d+ bits per byte")
                .containsPattern("[01]\\.\\d+ ± 0\\.\\d+");
        assertThat(directory.resolve("java.json")).content().contains("\"title\": \"best.pt\"");
        assertThat(directory.resolve("java.html")).exists();
    }

    @AfterAll
    static void everySnippetWasRun() {
        PAGE.assertAllRun();
    }
}
