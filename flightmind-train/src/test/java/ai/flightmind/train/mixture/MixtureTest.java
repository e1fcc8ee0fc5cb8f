package ai.flightmind.train.mixture;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.document.FileServer;
import ai.flightmind.train.document.ParquetFiles;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.stream.StreamShare;
import ai.flightmind.train.stream.TokenStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MixtureTest {
    private static final int ROW = 32;
    private static final int PER_STEP = 12;
    private static final int STEPS = 40;

    @TempDir
    private Path directory;

    private final RowTable table = new Numbers();

    /** Row n is n, again and again. */
    private static final class Numbers implements RowTable {
        @Override
        public long rowCount(int rowLength) {
            return 50;
        }

        @Override
        public Tensor rows(long[] rows, int rowLength) {
            long[] tokens = new long[rows.length * rowLength];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = 10_000 + rows[i / rowLength];
            }
            return torch.tensor(tokens).view(rows.length, rowLength);
        }

        @Override
        public void requireTokensBelow(int vocabSize) {}
    }

    @BeforeEach
    void writeDocuments() throws IOException {
        ParquetFiles.write(directory.resolve("a.parquet"), documents("a", 90));
        ParquetFiles.write(directory.resolve("b.parquet"), documents("b", 35));
        Files.writeString(directory.resolve("c.jsonl"), "{\"text\": \"a line\"}\n{\"text\": \"another\"}\n");
    }

    private static List<String> documents(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Document " + name + i + " says " + "roger ".repeat(i * 7 % 30))
                .toList();
    }

    private Documents.Builder fromDisk() {
        return Documents.builder().file(directory);
    }

    private Mixture mixture(Documents documents) {
        TokenStream stream =
                TokenStream.of(documents, Tokenizer.bytes()).withLanes(5).withQueue(7);
        return Mixture.builder()
                .source("table", table, 0.5)
                .source("stream", stream, 0.5)
                .from(9, 0.3, 0.7)
                .from(20, 0, 1)
                .build();
    }

    /** One world's run from a step on: what stands at each place of each step; the positions behind it. */
    private static Map<String, List<Long>> run(
            Mixture mixture,
            int worldSize,
            int from,
            int end,
            Map<String, List<Long>> positions,
            Map<Integer, List<List<Long>>> rows) {
        List<MixtureReader> ranks = new ArrayList<>();
        Map<String, List<Long>> next = positions;
        try {
            for (int rank = 0; rank < worldSize; rank++) {
                StreamShare share = new StreamShare(
                        PER_STEP, PER_STEP * rank / worldSize, PER_STEP * (rank + 1) / worldSize, from, STEPS);
                ranks.add(MixtureReader.open(mixture, share, ROW, seed(3), positions));
            }
            for (int step = from; step < end; step++) {
                List<List<Long>> all = new ArrayList<>();
                double[] agreed = {};
                for (int rank = 0; rank < worldSize; rank++) {
                    for (int place = PER_STEP * rank / worldSize; place < PER_STEP * (rank + 1) / worldSize; place++) {
                        all.add(row(ranks.get(rank), step, place));
                    }
                    double[] report = ranks.get(rank).report();
                    agreed = rank == 0 ? new double[report.length] : agreed;
                    for (int i = 0; i < report.length; i++) {
                        agreed[i] += report[i];
                    }
                }
                assertThat(rows.put(step, all)).isNull();
                next = ranks.get(0).positions(agreed);
            }
        } finally {
            ranks.forEach(MixtureReader::close);
        }
        return next;
    }

    private static List<Long> row(MixtureReader reader, int step, int place) {
        try (PointerScope scope = new PointerScope()) {
            Tensor row = reader.rows(step, place, 1);
            assertThat(row.sizes().vec().get()).containsExactly(1, ROW);
            long[] tokens = new long[ROW];
            new LongPointer(row.data_ptr()).get(tokens);
            return Arrays.stream(tokens).boxed().toList();
        }
    }

    private Map<Integer, List<List<Long>>> unbroken() {
        Map<Integer, List<List<Long>>> rows = new TreeMap<>();
        try (Documents documents = fromDisk().build()) {
            Mixture mixture = mixture(documents);
            run(mixture, 1, 0, STEPS, mixture.start(PER_STEP), rows);
        }
        return rows;
    }

    @Test
    void runEndedAnywhereAndGoneOnWithOtherNumbersOfRanksReadsTheSameRows() {
        Map<Integer, List<List<Long>>> unbroken = unbroken();
        Random random = new Random(11);
        for (int attempt = 0; attempt < 12; attempt++) {
            Map<Integer, List<List<Long>>> rows = new TreeMap<>();
            try (Documents documents = fromDisk().build()) {
                Mixture mixture = mixture(documents);
                Map<String, List<Long>> positions = mixture.start(PER_STEP);
                for (int step = 0; step < STEPS; ) {
                    int end = Math.min(STEPS, step + 1 + random.nextInt(15));
                    positions = run(mixture, 1 + random.nextInt(4), step, end, positions, rows);
                    step = end;
                }
            }
            assertThat(rows).isEqualTo(unbroken);
        }
    }

    @Test
    void badNetworkCostsNoRow() {
        Map<Integer, List<List<Long>>> rows = new TreeMap<>();
        try (FileServer server = new FileServer(directory).withTrouble();
                Documents documents = Documents.builder()
                        .retries(10, Duration.ofMillis(1))
                        .url(server.url("a.parquet"))
                        .url(server.url("b.parquet"))
                        .url(server.url("c.jsonl"))
                        .build()) {
            Mixture mixture = mixture(documents);
            run(mixture, 3, 0, STEPS, mixture.start(PER_STEP), rows);
        }
        assertThat(rows).isEqualTo(unbroken());
    }

    @Test
    void everyDocumentIsReadOncePerEpoch() {
        StringBuilder text = new StringBuilder();
        Tokenizer tokenizer = Tokenizer.bytes();
        try (Documents documents = fromDisk().build()) {
            // One lane, so that its rows are one text.
            Mixture only =
                    Mixture.of("stream", TokenStream.of(documents, tokenizer).withLanes(1));
            Map<Integer, List<List<Long>>> rows = new TreeMap<>();
            run(only, 1, 0, STEPS, only.start(PER_STEP), rows);
            rows.values()
                    .forEach(step -> step.forEach(row -> row.forEach(token -> text.append(
                            token == tokenizer.endOfText().orElseThrow()
                                    ? "\n"
                                    : tokenizer.decode(new int[] {token.intValue()})))));
        }
        List<String> first = List.of(text.toString().split("\n")).subList(0, 127);
        Set<String> expected = new HashSet<>(documents("a", 90));
        expected.addAll(documents("b", 35));
        expected.addAll(List.of("a line", "another"));
        assertThat(first).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void microBatchOfEightAtHalfHasFourOfEach() {
        Mixture half =
                Mixture.builder().source("a", table, 1).source("b", table, 1).build();
        Schedule schedule = half.schedule(32);
        for (int from = 0; from < 32; from += 8) {
            assertThat(schedule.count(0, 5, from, from + 8)).isEqualTo(4);
            assertThat(schedule.count(1, 5, from, from + 8)).isEqualTo(4);
        }
    }

    @Test
    void weightsChangeAtTheirStepAndAreCountedExactly() {
        Mixture changing = Mixture.builder()
                .source("aviation", table, 70)
                .source("general", table, 30)
                .from(3_500, 50, 50)
                .build();
        assertThat(changing.rowsBefore(3_500, 10)).isEqualTo(Map.of("aviation", 24_500L, "general", 10_500L));
        assertThat(changing.rowsBefore(3_600, 10)).isEqualTo(Map.of("aviation", 25_000L, "general", 11_000L));
        assertThat(changing).hasToString("aviation 70.0, general 30.0; from step 3500 aviation 50.0, general 50.0");
    }

    @Test
    void wrongMixturesAreRefusedWithTheReason() {
        assertThatThrownBy(() -> Mixture.builder().source("a", table, 0).build())
                .hasMessageContaining("more than 0");
        assertThatThrownBy(() -> Mixture.builder()
                        .source("a", table, 1)
                        .source("a", table, 1)
                        .build())
                .hasMessageContaining("a name of its own, not 'a'");
        assertThatThrownBy(() -> Mixture.builder()
                        .source("a", table, 1)
                        .from(5, 1)
                        .from(5, 2)
                        .build())
                .hasMessageContaining("steps must rise");
        assertThatThrownBy(() ->
                        Mixture.builder().source("a", table, 1).from(5, 1, 2).build())
                .hasMessageContaining("1 sources, but 2 weights");
        assertThatThrownBy(() -> Mixture.builder()
                        .source("a", table, 1)
                        .source("b", table, 1e-6)
                        .build())
                .hasMessageContaining("less than one in 10000");
    }

    @Test
    void tokenizerLargerThanTheModelsVocabularyIsRefused() {
        try (Documents documents = fromDisk().build()) {
            assertThatThrownBy(() -> mixture(documents).requireTokensBelow(200))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("263 tokens");
        }
    }
}
