package ai.flightmind.train.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no document: an error with file and line, or passed over and counted. */
class BadDocumentsTest {
    private static final int PIECE = Cuts.PIECE_BYTES;

    @TempDir
    Path directory;

    private final List<String> pieces = new ArrayList<>();

    private Skipped read(Corpus corpus) {
        long bad = 0;
        long empty = 0;
        for (CorpusSlice slice : corpus.slices()) {
            Skipped skipped = slice.read((piece, first, last) -> pieces.add(piece), bytes -> {});
            bad += skipped.bad();
            empty += skipped.empty();
        }
        return new Skipped(bad, empty);
    }

    private static Corpus.Builder skipping(Path file) {
        return Corpus.builder().add(file).skipBadDocuments(true).skipEmptyDocuments(true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'id': 3}                 | there is no 'text'",
                "{'text': null}            | 'text' is not a string",
                "{'text': ['a']}           | 'text' is not a string",
                "{'text': 'a'              | not a JSON object",
                "['text']                  | not a JSON object",
                "plain words               | not a JSON object",
                "{'text': 'a'} {'text': 1} | not a JSON object",
                "{'text': 'a \\ud83d b'}   | half a surrogate pair, \\ud83d",
                "{'text': 'a', 'text'}     | not a JSON object",
                "{'text': 'caf\u00e9'}     | byte 0xE9 is not UTF-8"
            })
    void lineThatIsNoDocumentIsNamedOrCounted(String line, String problem) throws IOException {
        String text = "{'text': 'one'}\n\n" + line + "\n{'text': 'two'}\n";
        Path file = Files.write(
                directory.resolve("a.jsonl"), text.replace('\'', '"').getBytes(ISO_8859_1));

        assertThatThrownBy(() -> read(Corpus.of(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":3: ")
                .hasMessageContaining(problem.replace('\'', '"'));

        pieces.clear();
        assertThat(read(skipping(file).build())).isEqualTo(new Skipped(1, 0));
        assertThat(pieces).containsExactly("one", "two");
    }

    @Test
    void emptyDocumentIsNamedOrCounted() throws IOException {
        Path file = Files.writeString(
                directory.resolve("a.jsonl"), "{\"text\": \"one\"}\n{\"text\": \"\"}\n{\"text\": \" \\n\"}\n");

        assertThatThrownBy(() -> read(Corpus.of(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":2: the document is empty");
        assertThat(read(skipping(file).build())).isEqualTo(new Skipped(0, 2));
    }

    @Test
    void emptyFileIsAnEmptyDocument() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "");

        assertThatThrownBy(() -> read(Corpus.of(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":1: the document is empty");
        assertThat(read(skipping(file).build())).isEqualTo(new Skipped(0, 1));
    }

    @Test
    void nothingBetweenTwoSeparatorsIsAnEmptyDocument() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "one\n--8<--\n\n--8<--\ntwo\n--8<--\n");
        TextDocuments separated = TextDocuments.separatedBy("--8<--");

        assertThatThrownBy(() ->
                        read(Corpus.builder().add(file).textDocuments(separated).build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":2: the document is empty");
        assertThat(read(skipping(file).textDocuments(separated).build())).isEqualTo(new Skipped(0, 1));
        assertThat(pieces).endsWith("one", "two");
    }

    @Test
    void byteThatIsNotUtf8IsNamedByItsLineAlsoInALaterSlice() throws IOException {
        byte[] text = "some words and more\n".repeat(40_000).getBytes(UTF_8);
        text[20 * 30_000 + 5] = (byte) 0xC3;
        Path file = Files.write(directory.resolve("a.txt"), text);
        Corpus.Builder corpus = Corpus.builder().add(file).sliceBytes(PIECE);

        assertThatThrownBy(() -> read(corpus.build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":30001: byte 0xC3 is not UTF-8");
        assertThat(read(corpus.skipBadDocuments(true).build())).isEqualTo(new Skipped(1, 0));
    }

    @Test
    void lineInACompressedFileIsNamedByItsPlaceInTheText() throws IOException {
        Path file = directory.resolve("a.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"text\": \"one\"}\n{\"text\": \"two\"}\n{}\n".getBytes(UTF_8));
        }

        assertThatThrownBy(() -> read(Corpus.of(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":3: there is no \"text\"");
    }

    /** Here nobody knows what would have followed, so it is never passed over. */
    @Test
    void truncatedCompressedFileIsNamed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write("{\"text\": \"one\"}\n".repeat(1_000).getBytes(UTF_8));
        }
        Path file = directory.resolve("a.jsonl.gz");
        Files.write(file, Arrays.copyOf(packed.toByteArray(), packed.size() / 2));

        assertThatThrownBy(() -> read(skipping(file).build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + " is damaged or incomplete");

        Files.writeString(file, "no gzip at all");
        assertThatThrownBy(() -> read(skipping(file).build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + " is damaged or incomplete");
    }

    @Test
    void recordBeyondAllMeasureIsNoDocument() throws IOException {
        Path file = directory.resolve("a.jsonl");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("{\"text\": \"one\"}\n{\"text\": \"".getBytes(UTF_8));
            byte[] chunk = "much ".repeat(200_000).getBytes(UTF_8);
            for (int i = 0; i < 70; i++) {
                out.write(chunk);
            }
            out.write("\"}\n{\"text\": \"two\"}\n".getBytes(UTF_8));
        }

        assertThatThrownBy(() -> read(Corpus.of(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + ":2: longer than 64 MiB");
        pieces.clear();
        assertThat(read(skipping(file).build())).isEqualTo(new Skipped(1, 0));
        assertThat(pieces).containsExactly("one", "two");
    }
}
