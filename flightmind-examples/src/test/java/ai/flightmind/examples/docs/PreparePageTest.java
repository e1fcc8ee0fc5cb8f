package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparePageTest {
    @TempDir
    Path directory;

    @Test
    void pageHoldsFromTopToBottom() throws IOException {
        DocSnippets page = DocSnippets.of("prepare.md");
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        Files.writeString(
                corpus.resolve("exchanges.txt"),
                String.join("\n\n", AviationCorpus.of(1).exchanges(400).toList()));
        Files.write(
                corpus.resolve("metars.jsonl"),
                AviationCorpus.of(1)
                        .metars(800)
                        .map(report -> "{\"text\": \"" + report + "\"}")
                        .toList());
        Files.write(directory.resolve("untidy.jsonl"), List.of("{\"text\": \"fine\"}", "{}", "{\"text\": \" \"}"));

        assertThat(page.run("command", directory))
                .contains("learnt 1,000 tokens", "documents, ", "tok/s", "left out: 0 duplicates");
        assertThat(directory.resolve("data/tokenized")).isDirectoryContaining("glob:**/train.bin");
        assertThat(page.run("prepare", directory)).contains("SHUFFLING 100 %", "PreparedData[documents=");
        for (String file : List.of("train.bin", "val.bin")) {
            assertThat(directory.resolve("data/prepared").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("data/tokenized").resolve(file));
        }
        assertThat(page.run("skip", directory)).contains("1 bad, 1 empty");
        assertThat(page.run("tokenizer", directory))
                .contains(" tokens: Cleared for take-off 🛫", "true", "\nCleared for take-off 🛫\n");

        page.assertAllRun();
    }
}
