package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrepareDataTest {
    @TempDir
    Path directory;

    private Path corpus = Path.of("");
    private Path output = Path.of("");

    @BeforeEach
    void makeCorpus() throws IOException {
        corpus = Files.createDirectory(directory.resolve("corpus"));
        output = directory.resolve("tokenized");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lines.add("{\"text\": \"document " + i % 90 + "\"}");
        }
        Files.write(corpus.resolve("a.jsonl"), lines);
    }

    private CommandRun prepare(String... flags) {
        List<String> args = new ArrayList<>(
                List.of(corpus.toString(), "--output", output.toString(), "--seq-len", "16", "--tokenizer", "bytes"));
        args.addAll(List.of(flags));
        return run(args);
    }

    private static CommandRun run(List<String> args) {
        return CommandRun.of(new PrepareData(), args);
    }

    @Test
    void duplicatesAndBadDocumentsAreCounted() throws IOException {
        Files.writeString(corpus.resolve("b.jsonl"), "{}\n{\"text\": \" \"}\n");

        CommandRun run = prepare("--drop-duplicates", "--skip-bad", "--skip-empty");

        assertThat(run.out()).contains("90 documents, ", "left out: 10 duplicates, 1 bad and 1 empty documents");
        assertThat(run.status()).isZero();
        assertThat(output).isDirectoryContaining("glob:**/train.bin").isDirectoryContaining("glob:**/meta.json");
    }

    /** What it says that does not tell of time. */
    private static List<String> result(CommandRun run) {
        return run.out().lines().dropWhile(line -> !line.startsWith("left out")).toList();
    }

    @Test
    void sameCommandAgainChangesNothing() throws IOException {
        CommandRun first = prepare();
        Files.setLastModifiedTime(output.resolve("train.bin"), FileTime.fromMillis(1));

        CommandRun again = prepare();

        assertThat(result(again)).hasSize(2).isEqualTo(result(first));
        assertThat(Files.getLastModifiedTime(output.resolve("train.bin")).toMillis())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\": 1}", "{\"text\": \"cut", "{\"title\": \"no text\"}"})
    void badDocumentIsNamedByFileAndLineAndNothingIsWritten(String line) throws IOException {
        Files.writeString(corpus.resolve("b.jsonl"), "{\"text\": \"fine\"}\n" + line + "\n");

        CommandRun run = prepare();

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("error: " + corpus.resolve("b.jsonl") + ":2: ")
                .doesNotContain("\tat ");
        assertThat(output).isDirectoryNotContaining("glob:**/train.bin");
    }

    @Test
    void vocabularyThatIsNotThereIsNamed() {
        CommandRun run = run(List.of(corpus.toString(), "--output", output.toString()));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("error: There is no vocabulary " + output.resolve("tokenizer.json"), "--train-tokenizer")
                .doesNotContain("\tat ");
    }

    @Test
    void flagsThatContradictEachOtherAreRefused() {
        CommandRun run = prepare("--per-line", "--separator", "x");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("mutually exclusive");
    }
}
