package ai.flightmind.train.corpus;

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
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {
    private static final int PIECE = Cuts.PIECE_BYTES;

    @TempDir
    Path directory;

    /** The documents of all slices, put together from their pieces. */
    private static List<String> documents(Corpus corpus) {
        List<String> documents = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (CorpusSlice slice : corpus.slices()) {
            slice.read(
                    (piece, first, last) -> {
                        assertThat(first).isEqualTo(current.isEmpty());
                        assertThat(piece.length()).isLessThanOrEqualTo(2 * PIECE);
                        current.append(piece);
                        if (last) {
                            documents.add(current.toString());
                            current.setLength(0);
                        }
                    },
                    bytes -> {});
        }
        assertThat(current).isEmpty();
        return documents;
    }

    private Path write(String name, String text) throws IOException {
        return write(name, text.getBytes(UTF_8));
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void linesOfJsonAreDocuments() throws IOException {
        Path file = write(
                "a.jsonl",
                "\uFEFF{\"text\": \"one\"}\r\n\n  \n{\"id\": [1, {}], \"text\": \"two\\n\\u00e9\\ud83d\\udeeb\", \"x\": null}\n"
                        + "{\"text\":\"飞行\"}");

        assertThat(documents(Corpus.of(file))).containsExactly("one", "two\né🛫", "飞行");
        assertThat(Corpus.of(file).texts()).containsExactly("one", "two\né🛫", "飞行");
    }

    @Test
    void fieldHasTheNameThatIsGiven() throws IOException {
        Path file = write("a.ndjson", "{\"text\": 1, \"content\": \"one\"}\n");

        assertThat(documents(Corpus.builder().add(file).field("content").build()))
                .containsExactly("one");
    }

    @Test
    void textIsADocumentOrManyAsItIsSaid() throws IOException {
        Path file = write("a.txt", "one\r\n\n two<|endoftext|>\nthree<|endoftext|>\n");

        assertThat(documents(Corpus.of(file))).containsExactly("one\r\n\n two<|endoftext|>\nthree<|endoftext|>\n");
        assertThat(documents(Corpus.builder()
                        .add(file)
                        .textDocuments(TextDocuments.perLine())
                        .build()))
                .containsExactly("one", "two<|endoftext|>", "three<|endoftext|>");
        assertThat(documents(Corpus.builder()
                        .add(file)
                        .textDocuments(TextDocuments.separatedBy("<|endoftext|>"))
                        .build()))
                .containsExactly("one\r\n\n two", "three");
    }

    @Test
    void separatorThatOverlapsItselfIsReadFromTheBegin() throws IOException {
        String text = "a---b-----c".repeat(60_000);
        Path file = write("a.txt", text);

        Corpus corpus = Corpus.builder()
                .add(file)
                .textDocuments(TextDocuments.separatedBy("---"))
                .sliceBytes(PIECE)
                .build();

        assertThat(corpus.slices()).hasSize(1);
        assertThat(documents(corpus)).startsWith("a", "b", "--ca", "b").hasSize(120_001);
        assertThatThrownBy(() -> TextDocuments.separatedBy("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void directoryIsReadInTheOrderOfItsPathsWithWhatIsBelow() throws IOException {
        write("raw/b.txt", "b");
        write("raw/a/z.jsonl.gz", gzip("{\"text\": \"a/z\"}".getBytes(UTF_8)));
        write("raw/a.md", "a");
        write("raw/c/deep/er.txt.gz", gzip("deep".getBytes(UTF_8)));
        write("raw/meta.json", "{}");
        write("raw/.git/x.txt", "hidden");
        write("raw/picture.png", "no text");
        Path named = write("LICENSE", "named");

        assertThat(documents(Corpus.of(directory.resolve("raw"), named)))
                .containsExactly("a", "a/z", "b", "deep", "named");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jsonl", "txt", "separated", "jsonl.gz"})
    void slicesHoldEveryDocumentOnce(String kind) throws IOException {
        Random random = new Random(4);
        List<String> expected = IntStream.range(0, 4_000)
                .mapToObj(i -> i + "é".repeat(random.nextInt(200)) + "飞".repeat(random.nextInt(40)))
                .toList();
        String separator = kind.equals("separated") ? "<|endoftext|>" : "\n";
        String text = expected.stream()
                .map(document -> kind.startsWith("jsonl") ? "{\"text\":\"" + document + "\"}" : document)
                .collect(Collectors.joining(separator));
        byte[] bytes = kind.endsWith("gz") ? gzip(text.getBytes(UTF_8)) : text.getBytes(UTF_8);
        Path file = write("many." + (kind.equals("separated") ? "txt" : kind), bytes);
        Corpus corpus = Corpus.builder()
                .add(file)
                .textDocuments(
                        kind.equals("separated") ? TextDocuments.separatedBy("<|endoftext|>") : TextDocuments.perLine())
                .sliceBytes(PIECE)
                .build();

        assertThat(corpus.slices()).hasSize(kind.endsWith("gz") ? 1 : bytes.length / PIECE + 1);
        assertThat(documents(corpus)).isEqualTo(expected);
        assertThat(corpus.bytes()).isEqualTo(bytes.length);
        assertThat(corpus.texts().parallel().toList()).isEqualTo(expected);
    }

    /** Delimiters lie on, before and after every border of slices. */
    @Test
    void recordsAtTheBordersOfSlicesAreNeitherLostNorDoubled() throws IOException {
        for (int shift = -14; shift <= 14; shift++) {
            String first = "x".repeat(PIECE + shift);
            Path file = write("border.txt", first + "<|endoftext|>second<|endoftext|>third");

            assertThat(documents(Corpus.builder()
                            .add(file)
                            .textDocuments(TextDocuments.separatedBy("<|endoftext|>"))
                            .sliceBytes(PIECE)
                            .build()))
                    .as("shift %s", shift)
                    .containsExactly(first, "second", "third");
        }
    }

    @ParameterizedTest
    @CsvSource({"words, false", "words, true", "no-space, false", "lines, false", "exact, false"})
    void largeFileIsOneDocumentHoweverItIsSliced(String kind, boolean gzip) throws IOException {
        String text = switch (kind) {
            case "words" -> "A word, ein Wörtchen; 飞行员 报告\n".repeat(60_000);
            case "no-space" -> "飞行员报告能见度良好。".repeat(40_000);
            case "lines" -> ("x".repeat(999) + "\n").repeat(1_200);
            default -> "y".repeat(3 * PIECE);
        };
        byte[] utf8 = text.getBytes(UTF_8);
        Path file = write("large.txt" + (gzip ? ".gz" : ""), gzip ? gzip(utf8) : utf8);

        List<List<String>> pieces = new ArrayList<>();
        for (int slice : new int[] {1, 2, 64}) {
            Corpus corpus =
                    Corpus.builder().add(file).sliceBytes(slice * (long) PIECE).build();
            assertThat(documents(corpus)).as("%s pieces per slice", slice).containsExactly(text);
            pieces.add(corpus.texts().toList());
        }
        assertThat(pieces.get(0)).isEqualTo(pieces.get(1)).isEqualTo(pieces.get(2));
        assertThat(pieces.get(0)).hasSize((utf8.length + PIECE - 1) / PIECE);
        if (kind.equals("words")) {
            assertThat(pieces.get(0))
                    .allMatch(piece -> piece.equals(pieces.get(0).get(0)) || piece.startsWith(" "));
        }
    }

    @Test
    void longLineOfJsonComesInPieces() throws IOException {
        String text = "A word, ein Wörtchen; 飞行员 报告 ".repeat(20_000).strip();
        Path file = write("long.jsonl", "{\"text\":\"" + text + "\"}\n{\"text\":\"short\"}\n");

        assertThat(documents(Corpus.of(file))).containsExactly(text, "short");
        assertThat(Corpus.of(file).texts().count()).isGreaterThan(3);
    }

    @Test
    void corpusThatIsNotThereIsNamed() throws IOException {
        Path absent = directory.resolve("absent");
        assertThatThrownBy(() -> Corpus.of(absent))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(absent.toString());
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() -> Corpus.of(empty))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining(".jsonl");
        Path packed = write("a.jsonl.zst", "?");
        assertThatThrownBy(() -> Corpus.of(packed))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(packed.toString());
    }

    @Test
    void fileThatChangesMeanwhileIsNamed() throws IOException {
        Path file = write("a.txt", "one");
        Corpus corpus = Corpus.of(file);
        Files.writeString(file, "one and more");

        assertThatThrownBy(() -> documents(corpus))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + " has changed");
    }
}
