package ai.flightmind.train.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {
    @TempDir
    private Path directory;

    private static List<String> texts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Bericht " + i + ": Größe, 飞行员 ✈️ " + "abc ".repeat(i % 50))
                .toList();
    }

    private static List<String> read(Documents documents) {
        List<String> all = new ArrayList<>();
        for (int part = 0; part < documents.partCount(); part++) {
            DocumentCursor cursor = documents.open(part, 0);
            for (String text = cursor.next(); text != null; text = cursor.next()) {
                all.add(text);
            }
        }
        return all;
    }

    private static Documents.Builder impatient() {
        return Documents.builder().retries(10, Duration.ofMillis(1));
    }

    private static Documents onDisk(Path file) {
        return Documents.builder().file(file).build();
    }

    @ParameterizedTest
    @CsvSource({
        "UNCOMPRESSED, PARQUET_1_0",
        "SNAPPY, PARQUET_1_0",
        "SNAPPY, PARQUET_2_0",
        "GZIP, PARQUET_1_0",
        "ZSTD, PARQUET_1_0",
        "ZSTD, PARQUET_2_0",
        "LZ4_RAW, PARQUET_2_0"
    })
    void parquetOfEveryKindGivesItsTextColumn(CompressionCodecName codec, WriterVersion version) {
        Path file = directory.resolve("a.parquet");
        List<String> texts = texts(100);
        ParquetFiles.write(file, texts, codec, version, 7);
        try (Documents documents = onDisk(file)) {
            assertThat(read(documents)).containsExactlyInAnyOrderElementsOf(texts);
        }
    }

    @Test
    void partIsGoneOnWithFromAnyOfItsDocuments() throws IOException {
        ParquetFiles.write(directory.resolve("a.parquet"), texts(150));
        Files.writeString(
                directory.resolve("b.jsonl"), "{\"text\": \"one\"}\n\n{\"text\": \"two\"}\r\n{\"text\": \"three\"}");
        try (Documents documents = onDisk(directory)) {
            for (int part = 0; part < documents.partCount(); part++) {
                DocumentCursor whole = documents.open(part, 0);
                List<String> rest = new ArrayList<>();
                for (String text = whole.next(); text != null; text = whole.next()) {
                    rest.add(text);
                }
                for (int from = 0; from < rest.size(); from++) {
                    DocumentCursor cursor = documents.open(part, from);
                    assertThat(cursor.next()).isEqualTo(rest.get(from));
                    assertThat(cursor.position()).isEqualTo(from + 1);
                }
                assertThat(documents.open(part, rest.size()).next()).isNull();
            }
        }
    }

    @Test
    void badNetworkChangesNothing() {
        ParquetFiles.write(directory.resolve("a.parquet"), texts(120));
        ParquetFiles.write(directory.resolve("b.parquet"), texts(60));
        List<String> undisturbed;
        try (Documents documents = onDisk(directory)) {
            undisturbed = read(documents);
        }
        try (FileServer server = new FileServer(directory).withTrouble();
                Documents documents = impatient()
                        .url(server.url("a.parquet"))
                        .url(server.url("b.parquet"))
                        .build()) {
            assertThat(read(documents)).isEqualTo(undisturbed);
        }
    }

    @Test
    void whatIsInTheCacheIsNotAskedForAgain() throws IOException {
        Path cache = directory.resolve("cache");
        ParquetFiles.write(directory.resolve("a.parquet"), texts(120));
        try (FileServer server = new FileServer(directory)) {
            Documents.Builder cached = impatient().url(server.url("a.parquet")).cache(cache, 1 << 20);
            List<String> first;
            try (Documents documents = cached.build()) {
                first = read(documents);
            }
            long served = server.bytesServed.get();
            try (Documents documents = cached.build()) {
                assertThat(read(documents)).isEqualTo(first);
            }
            assertThat(server.bytesServed.get() - served)
                    .as("the size alone is asked for")
                    .isLessThanOrEqualTo(1);

            try (Stream<Path> kept = Files.list(cache)) {
                for (Path file : kept.toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(file, bytes);
                }
            }
            try (Documents documents = cached.build()) {
                assertThat(read(documents)).as("a damaged cache is none").isEqualTo(first);
            }
        }
    }

    @Test
    void cacheKeepsToItsSizeAndADirectoryThatCannotBeIsDoneWithout() throws IOException {
        Path cache = directory.resolve("cache");
        for (String name : List.of("a", "b", "c")) {
            ParquetFiles.write(directory.resolve(name + ".parquet"), texts(120));
        }
        long most = Files.size(directory.resolve("a.parquet"));
        Path noDirectory = Files.writeString(directory.resolve("taken"), "a file");
        try (FileServer server = new FileServer(directory)) {
            for (Path place : List.of(cache, noDirectory)) {
                Documents.Builder cached = impatient().cache(place, most);
                List.of("a", "b", "c").forEach(name -> cached.url(server.url(name + ".parquet")));
                try (Documents documents = cached.build()) {
                    assertThat(read(documents)).hasSize(360);
                }
            }
        }
        try (Stream<Path> kept = Files.list(cache)) {
            long bytes = kept.mapToLong(file -> file.toFile().length()).sum();
            assertThat(bytes).isPositive().isLessThanOrEqualTo(most);
        }
        assertThat(noDirectory).hasContent("a file");
    }

    @Test
    void dataSetOnTheHubIsListedPageByPageAndReadAtItsCommit() throws IOException {
        ParquetFiles.write(directory.resolve("a.parquet"), texts(30));
        ParquetFiles.write(directory.resolve("b.parquet"), texts(20));
        Files.writeString(directory.resolve("README.md"), "not data");
        try (FileServer server = new FileServer(directory).withTrouble();
                Documents documents = impatient()
                        .hubUrl(server.url(""))
                        .hub("some/data", "part")
                        .token("hf_secret")
                        .build()) {
            assertThat(documents.fileCount()).isEqualTo(2);
            assertThat(read(documents)).hasSize(50);
            assertThat(documents.describe())
                    .contains("/datasets/some/data/resolve/" + FileServer.COMMIT + "/part/a.parquet")
                    .doesNotContain("hf_secret");
            assertThat(server.tokens).isNotEmpty().containsOnly("Bearer hf_secret");
        }
    }

    @Test
    void otherServersGetNoToken() {
        ParquetFiles.write(directory.resolve("a.parquet"), texts(10));
        try (FileServer server = new FileServer(directory);
                Documents documents = impatient()
                        .url(server.url("a.parquet"))
                        .token("hf_secret")
                        .build()) {
            assertThat(read(documents)).hasSize(10);
            assertThat(server.tokens).isEmpty();
        }
    }

    @Test
    void serverThatStaysAwayIsNamed() {
        String url;
        try (FileServer server = new FileServer(directory)) {
            url = server.url("a.parquet");
        }
        try (Documents documents =
                Documents.builder().url(url).retries(3, Duration.ofMillis(1)).build()) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(url)
                    .hasMessageContaining("after 3 attempts");
        }
    }

    @Test
    void missingFileIsNotAskedForAgain() {
        try (FileServer server = new FileServer(directory);
                Documents documents = impatient().url(server.url("no.parquet")).build()) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("404");
        }
    }

    @Test
    void everyFlippedByteOfTheTextIsFound() throws IOException {
        Path file = directory.resolve("a.parquet");
        List<String> texts = texts(40);
        ParquetFiles.write(file, texts);
        byte[] sound = Files.readAllBytes(file);
        int found = 0;
        for (int at = 0; at < sound.length; at += 97) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 0x55;
            Files.write(file, damaged);
            try (Documents documents = onDisk(file)) {
                assertThat(read(documents)).as("byte %d", at).containsExactlyInAnyOrderElementsOf(texts);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining(file.toString());
                found++;
            }
        }
        assertThat(found).isGreaterThan(5);
    }

    @Test
    void cutParquetFileIsSaidToBeOne() throws IOException {
        Path file = directory.resolve("a.parquet");
        ParquetFiles.write(file, texts(40));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        try (Documents documents = onDisk(file)) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("not a Parquet file, or a part of one");
        }
    }

    @Test
    void missingColumnIsNamedWithThoseThatAreThere() {
        ParquetFiles.write(directory.resolve("a.parquet"), texts(3));
        try (Documents documents =
                Documents.builder().file(directory).field("body").build()) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("no column 'body', but [id, source, text, score]");
        }
    }

    @Test
    void linesThatAreNoDocumentsAreErrorsWithFileAndLineOrSkipped() throws IOException {
        Path file = directory.resolve("a.jsonl.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"text\": \"good\"}\n\n{\"body\": 1}\n{\"text\": \"  \"}\n{\"te"
                    .getBytes(StandardCharsets.UTF_8));
            out.write(new byte[] {'\n', '{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xFF, '"', '}', '\n'});
            out.write("{\"text\": \"last\"}".getBytes(StandardCharsets.UTF_8));
        }
        try (Documents documents = onDisk(file)) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(file + ":3: there is no \"text\"");
        }
        try (Documents documents =
                Documents.builder().file(file).skipBadDocuments(true).build()) {
            assertThat(read(documents)).containsExactly("good", "last");
            DocumentCursor behindBad = documents.open(0, 3);
            assertThat(behindBad.next()).isEqualTo("last");
        }
    }

    @Test
    void rowWithoutTextIsAnErrorWithItsPlaceOrSkipped() {
        List<String> texts = new ArrayList<>(texts(10));
        texts.set(8, null);
        Path file = directory.resolve("a.parquet");
        ParquetFiles.write(file, texts);
        try (Documents documents = onDisk(file)) {
            assertThatThrownBy(() -> read(documents))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("row 1 of row group 1 has no text");
        }
        try (Documents documents =
                Documents.builder().file(file).skipBadDocuments(true).build()) {
            assertThat(read(documents)).hasSize(9);
        }
    }

    @Test
    void ofAParquetFileOnlyTheTextIsFetched() {
        // The other columns are larger than the blocks that are read.
        Path file = directory.resolve("a.parquet");
        ParquetFiles.write(file, texts(2_000), CompressionCodecName.UNCOMPRESSED, WriterVersion.PARQUET_1_0, 1_000);
        try (FileServer server = new FileServer(directory);
                Documents documents = impatient().url(server.url("a.parquet")).build()) {
            assertThat(read(documents)).hasSize(2_000);
            long footerReads = 1 << 16;
            assertThat(server.bytesServed.get() - footerReads)
                    .isLessThan(file.toFile().length() * 9 / 10);
        }
    }
}
