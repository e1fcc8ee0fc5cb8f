package ai.flightmind.train.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.corpus.CorpusSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With so little memory that there are many buckets. */
class ShuffleOnDiskTest {
    private static final int DOCUMENTS = 300;

    @TempDir
    Path directory;

    private final List<TokenSlice> slices = new ArrayList<>();
    private Path work;

    @BeforeEach
    void tokenize() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        MadeUpText text = new MadeUpText();
        // Every document twice, the second time in another slice.
        Path file = Files.write(
                directory.resolve("a.jsonl"),
                IntStream.range(0, 2 * DOCUMENTS)
                        .mapToObj(i -> MadeUpText.jsonLine(text.document(i % DOCUMENTS)))
                        .toList());
        Corpus corpus = Corpus.builder().add(file).sliceBytes(1 << 18).build();
        for (CorpusSlice slice : corpus.slices()) {
            TokenSliceWriter.Encoding encoding = new TokenSliceWriter.Encoding(Tokenizer.bytes(), 0, tokens -> {});
            slices.add(TokenSlice.write(directory.resolve("slice-" + slices.size()), slice, encoding, bytes -> {}));
        }
        assertThat(slices).hasSizeGreaterThan(3);
    }

    private List<Path> leftInWork() throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 100_000, 1 << 30})
    void rowsAreTheSameHoweverSmallABucketIs(int bucketBytes) throws IOException {
        Selection all = new DocumentSelector(slices, work, 1 << 20).select(false);
        Path validation = directory.resolve("val");
        Path train = directory.resolve("train");
        Files.writeString(work.resolve("rows-0.bucket"), "of a process that was killed");

        new RowShuffle(slices, all, work, 512, new Seed(3), bucketBytes, moved -> {})
                .write(all.tokens() / 512 / 100, validation, train);

        MadeUpText text = new MadeUpText();
        List<String> documents = IntStream.range(0, 2 * DOCUMENTS)
                .mapToObj(i -> text.document(i % DOCUMENTS))
                .toList();
        NaivePacking naive = NaivePacking.of(documents, Tokenizer.bytes(), 512, new Seed(3));
        assertThat(Files.readAllBytes(train)).isEqualTo(naive.train());
        assertThat(Files.readAllBytes(validation)).isEqualTo(naive.validation());
        assertThat(leftInWork()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1_000, 1 << 20})
    void secondOfEqualDocumentsIsLeftOutHoweverSmallABucketIs(int bucketBytes) throws IOException {
        Selection selection = new DocumentSelector(slices, work, bucketBytes).select(true);

        assertThat(selection.documents()).isEqualTo(DOCUMENTS);
        assertThat(selection.duplicates()).isEqualTo(DOCUMENTS);
        assertThat(selection.tokens())
                .isEqualTo(slices.stream().mapToLong(TokenSlice::tokens).sum() / 2);
        int document = 0;
        for (int slice = 0; slice < slices.size(); slice++) {
            for (int part = 0; part < slices.get(slice).parts(); part++) {
                assertThat(selection.isLeftOut(slice, part)).isEqualTo(document++ >= DOCUMENTS);
            }
        }
        assertThat(leftInWork()).isEmpty();
    }

    @Test
    void recordsComeOutOfABucketAsTheyWentIn() throws IOException {
        BucketFiles buckets = new BucketFiles(work, "test", 3, 2);
        for (byte i = 0; i < 30; i++) {
            buckets.append(i % 2, new byte[] {i, (byte) -i});
        }

        assertThat(buckets.take(0)).startsWith(0, 0, 2, -2, 4, -4).hasSize(30);
        assertThat(buckets.take(1)).startsWith(1, -1, 3, -3).hasSize(30);
        assertThat(buckets.take(2)).isEmpty();
        assertThat(leftInWork()).isEmpty();
    }
}
