package ai.flightmind.train.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.prepare.PrepareProgress.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrepareTest {
    private static final MadeUpText TEXT = new MadeUpText();
    private static final int SLICE_BYTES = 1 << 18;

    @TempDir
    Path directory;

    private final Tokenizer tokenizer = Tokenizer.bytes();

    private Path lines(String name, List<String> documents) throws IOException {
        List<String> lines = documents.stream().map(MadeUpText::jsonLine).toList();
        return Files.write(directory.resolve(name), lines);
    }

    private static List<String> documents(int count) {
        return IntStream.range(0, count).mapToObj(TEXT::document).toList();
    }

    private Prepare.Builder prepare(Path corpus, String output) {
        return Prepare.builder()
                .corpus(Corpus.builder().add(corpus).sliceBytes(SLICE_BYTES).build())
                .tokenizer(tokenizer)
                .directory(directory.resolve(output))
                .sequenceLength(64)
                .threads(1);
    }

    private byte[] bytes(String output, String file) throws IOException {
        return Files.readAllBytes(directory.resolve(output).resolve(file));
    }

    private List<String> files(String output) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(output))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void rowsAreTheDocumentsCutAndShuffled() throws IOException {
        List<String> documents = documents(300);

        PreparedData data = prepare(lines("a.jsonl", documents), "out")
                .seed(new Seed(5))
                .build()
                .run();

        NaivePacking naive = NaivePacking.of(documents, tokenizer, 64, new Seed(5));
        assertThat(bytes("out", "val.bin")).isEqualTo(naive.validation());
        assertThat(bytes("out", "train.bin")).isEqualTo(naive.train());
        assertThat(data.documents()).isEqualTo(300);
        assertThat(data.validationSequences()).isEqualTo((data.trainSequences() + data.validationSequences()) / 100);
        assertThat(data.tokensLeftOver()).isBetween(0L, 63L);
        assertThat(files("out")).containsExactly("meta.json", "train.bin", "val.bin");
    }

    @Test
    void whatIsPreparedIsWhatTheTrainerOpens() throws IOException {
        PreparedData data =
                prepare(lines("a.jsonl", documents(60)), "out").build().run();

        try (TokenDataset dataset = TokenDataset.open(directory.resolve("out"))) {
            assertThat(dataset.train().tokenCount()).isEqualTo(data.trainTokens());
            assertThat(dataset.validation().tokenCount()).isEqualTo(data.validationTokens());
            dataset.train().requireTokensBelow(tokenizer.vocabSize());
            assertThat(dataset.meta().orElseThrow().sequenceLength()).isEqualTo(64);
            assertThat(dataset.meta().orElseThrow().vocabSize()).isEqualTo(263);
            assertThat(dataset.meta().orElseThrow().endOfTextId()).isZero();
        }
        assertThat(Files.readString(directory.resolve("out/meta.json")))
                .contains(
                        "\"seq_len\": 64",
                        "\"n_train_sequences\": " + data.trainSequences(),
                        "\"n_val_sequences\": " + data.validationSequences(),
                        "\"aviation_tokens\": " + data.tokens(),
                        "\"general_tokens\": 0",
                        "\"aviation_ratio\": 1.0",
                        "\"dtype\": \"uint16\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void numberOfThreadsMakesNoDifference(int threads) throws IOException {
        Path corpus = lines("a.jsonl", documents(900));
        assertThat(Corpus.builder().add(corpus).sliceBytes(SLICE_BYTES).build().slices())
                .hasSizeGreaterThan(5);
        prepare(corpus, "one").build().run();

        prepare(corpus, "several").threads(threads).build().run();

        for (String file : List.of("train.bin", "val.bin")) {
            assertThat(bytes("several", file)).isEqualTo(bytes("one", file));
        }
    }

    @Test
    void sizeOfSlicesMakesNoDifference() throws IOException {
        Path text = Files.writeString(directory.resolve("a.txt"), String.join("\n", documents(500)));
        prepare(text, "small").build().run();

        prepare(text, "large").corpus(Corpus.of(text)).build().run();

        assertThat(bytes("large", "train.bin")).isEqualTo(bytes("small", "train.bin"));
    }

    @Test
    void anotherSeedGivesAnotherOrder() throws IOException {
        Path corpus = lines("a.jsonl", documents(60));
        prepare(corpus, "one").build().run();
        prepare(corpus, "other").seed(new Seed(43)).build().run();

        assertThat(bytes("other", "train.bin"))
                .hasSameSizeAs(bytes("one", "train.bin"))
                .isNotEqualTo(bytes("one", "train.bin"));
    }

    @Test
    void equalDocumentsAreDroppedWhereAskedFor() throws IOException {
        List<String> documents = documents(200);
        List<String> repeated = new ArrayList<>(documents);
        repeated.addAll(documents.subList(20, 90));
        repeated.add(3, documents.get(0));
        Path corpus = lines("a.jsonl", repeated);
        prepare(lines("b.jsonl", documents), "unique").build().run();

        PreparedData dropped =
                prepare(corpus, "dropped").dropDuplicates(true).build().run();
        PreparedData kept = prepare(corpus, "kept").build().run();

        assertThat(dropped.documents()).isEqualTo(200);
        assertThat(dropped.duplicates()).isEqualTo(71);
        assertThat(bytes("dropped", "train.bin")).isEqualTo(bytes("unique", "train.bin"));
        assertThat(kept.documents()).isEqualTo(271);
        assertThat(kept.duplicates()).isZero();
    }

    /** Documents that are larger than a slice, and so in parts on disk. */
    @Test
    void equalLargeFilesAreDroppedAndABadOneIsLeftOutWhole() throws IOException {
        Path raw = Files.createDirectory(directory.resolve("raw"));
        String text = String.join("\n", documents(400));
        byte[] broken = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        broken[broken.length - 10] = (byte) 0xFF;
        Files.write(raw.resolve("0.txt"), broken);
        Files.writeString(raw.resolve("1.txt"), text);
        Files.writeString(raw.resolve("2.txt"), text);
        Files.writeString(raw.resolve("3.txt"), text + "!");
        Corpus corpus = Corpus.builder()
                .add(raw)
                .skipBadDocuments(true)
                .sliceBytes(SLICE_BYTES)
                .build();

        PreparedData data =
                prepare(raw, "out").corpus(corpus).dropDuplicates(true).build().run();

        assertThat(data.documents()).isEqualTo(2);
        assertThat(data.duplicates()).isEqualTo(1);
        assertThat(data.badDocuments()).isEqualTo(1);
        NaivePacking naive = NaivePacking.of(List.of(text, text + "!"), tokenizer, 64, new Seed(42));
        assertThat(bytes("out", "train.bin")).isEqualTo(naive.train());
        assertThatThrownBy(() -> prepare(raw, "strict").threads(3).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(raw.resolve("0.txt") + ":")
                .hasMessageContaining("0xFF");
    }

    @Test
    void vocabularyOfTheUsersOwnIsPackedToo() throws IOException {
        List<String> documents = documents(80);
        Path corpus = lines("a.jsonl", documents);
        Path file = directory.resolve("tokenizer.json");
        BpeTrainer.builder()
                .vocabSize(1_000)
                .build()
                .train(Corpus.of(corpus).texts())
                .write(file);

        try (Tokenizer bpe = Tokenizer.open(file)) {
            prepare(corpus, "out").tokenizer(bpe).threads(2).build().run();

            NaivePacking naive = NaivePacking.of(documents, bpe, 64, new Seed(42));
            assertThat(bytes("out", "train.bin")).isEqualTo(naive.train());
            assertThat(bytes("out", "val.bin")).isEqualTo(naive.validation());
        }
    }

    @Test
    void finishedPreparationIsNotDoneAgain() throws IOException {
        Path corpus = lines("a.jsonl", documents(60));
        PreparedData first = prepare(corpus, "out").build().run();
        List<PrepareProgress> progress = new ArrayList<>();

        PreparedData second =
                prepare(corpus, "out").progress(progress::add).build().run();

        assertThat(second).isEqualTo(first);
        assertThat(progress).isEmpty();
    }

    @Test
    void otherDataIsNeverWrittenOver() throws IOException {
        Path corpus = lines("a.jsonl", documents(60));
        prepare(corpus, "out").build().run();
        byte[] before = bytes("out", "train.bin");

        assertThatThrownBy(
                        () -> prepare(corpus, "out").seed(new Seed(1)).build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("other settings");
        Files.setLastModifiedTime(corpus, FileTime.from(Instant.EPOCH));
        assertThatThrownBy(() -> prepare(corpus, "out").build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("other files");
        Files.delete(directory.resolve("out/meta.json"));
        assertThatThrownBy(() -> prepare(corpus, "out").build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds token files already");
        assertThat(bytes("out", "train.bin")).isEqualTo(before);
    }

    @Test
    void afterAnErrorOnlyWhatIsMendedIsDoneAgain() throws IOException {
        Path raw = Files.createDirectory(directory.resolve("raw"));
        List<String> documents = documents(700);
        lines("raw/a.jsonl", documents.subList(0, 500));
        Path broken = Files.writeString(raw.resolve("b.jsonl"), "{\"text\": 3}\n");
        assertThatThrownBy(() -> prepare(raw, "out").build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(broken + ":1: \"text\" is not a string");
        lines("raw/b.jsonl", documents.subList(500, 700));

        List<PrepareProgress> progress = new ArrayList<>();
        prepare(raw, "out").progress(progress::add).build().run();

        long large = Files.size(raw.resolve("a.jsonl"));
        assertThat(progress.get(0).done()).isGreaterThanOrEqualTo(large);
        prepare(raw, "fresh").build().run();
        assertThat(bytes("out", "train.bin")).isEqualTo(bytes("fresh", "train.bin"));
    }

    @Test
    void whatIsSkippedNowIsReadAgainWhenItIsAnErrorLater() throws IOException {
        Path corpus = directory.resolve("a.jsonl");
        Files.write(corpus, List.of("{}", "{\"text\": \"\"}", MadeUpText.jsonLine(TEXT.document(1))));
        Corpus skipping = Corpus.builder()
                .add(corpus)
                .skipBadDocuments(true)
                .skipEmptyDocuments(true)
                .build();
        assertThatThrownBy(() -> prepare(corpus, "out")
                        .corpus(skipping)
                        .sequenceLength(1 << 20)
                        .build()
                        .run())
                .hasMessageContaining("fewer than two sequences");

        assertThatThrownBy(() -> prepare(corpus, "out").build().run()).hasMessageContaining(corpus + ":1:");

        PreparedData data = prepare(corpus, "out").corpus(skipping).build().run();
        assertThat(data.badDocuments()).isEqualTo(1);
        assertThat(data.emptyDocuments()).isEqualTo(1);
    }

    @Test
    void progressGoesFromNothingToAll() throws IOException {
        List<PrepareProgress> progress = new ArrayList<>();

        PreparedData data = prepare(lines("a.jsonl", documents(300)), "out")
                .progress(progress::add)
                .build()
                .run();

        assertThat(progress).extracting(PrepareProgress::stage).isSorted().contains(Stage.values());
        assertThat(progress).allMatch(each -> each.share() >= 0 && each.share() <= 1);
        PrepareProgress last = progress.get(progress.size() - 1);
        assertThat(last.share()).isEqualTo(1);
        assertThat(last.tokens()).isEqualTo(data.tokens());
    }

    @Test
    void interruptEndsItAndLeavesNoThread() throws Exception {
        Path corpus = lines("a.jsonl", documents(900));
        Prepare interrupted = prepare(corpus, "out")
                .threads(2)
                .progress(progress -> Thread.currentThread().interrupt())
                .build();

        assertThatThrownBy(interrupted::run).isInstanceOf(CancellationException.class);

        assertThat(Thread.interrupted()).isTrue();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("prepare-")) {
                thread.join(10_000); // its last task has ended
                assertThat(thread.isAlive()).isFalse();
            }
        }
        prepare(corpus, "out").build().run();
        prepare(corpus, "fresh").build().run();
        assertThat(bytes("out", "train.bin")).isEqualTo(bytes("fresh", "train.bin"));
    }

    @Test
    void twoProgramsDoNotWriteIntoOneDirectory() throws IOException {
        Path corpus = lines("a.jsonl", documents(60));
        List<Throwable> second = new ArrayList<>();

        prepare(corpus, "out")
                .progress(progress -> {
                    try {
                        prepare(corpus, "out").build().run();
                    } catch (DataException e) {
                        second.add(e);
                    }
                })
                .build()
                .run();

        assertThat(second)
                .isNotEmpty()
                .allSatisfy(error -> assertThat(error).hasMessageContaining("Another program is preparing data"));
    }

    @Test
    void tooLittleTextIsRefused() throws IOException {
        Path corpus = lines("a.jsonl", List.of("a".repeat(100)));

        assertThatThrownBy(() -> prepare(corpus, "out").build().run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("101 tokens, fewer than two sequences of 64");
        PreparedData data = prepare(corpus, "short").sequenceLength(50).build().run();
        assertThat(data.trainSequences()).isEqualTo(1);
        assertThat(data.validationSequences()).isEqualTo(1);
        assertThat(data.tokensLeftOver()).isEqualTo(1);
    }

    @Test
    void settingsThatCannotBeAreRefused() throws IOException {
        Path corpus = lines("a.jsonl", List.of("text"));
        assertThatThrownBy(() -> Prepare.builder().build()).hasMessageContaining("needs a corpus, a tokenizer");
        assertThatThrownBy(() -> prepare(corpus, "out").sequenceLength(1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sequenceLength");
        assertThatThrownBy(() -> prepare(corpus, "out").validationShare(1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("validationShare");
        assertThatThrownBy(() -> prepare(corpus, "out").threads(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads");
        assertThatThrownBy(() -> prepare(corpus, "out").endOfText("<|end|>").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<|end|>");
    }

    @Test
    void vocabularyBeyondUint16IsRefused() throws IOException {
        Path corpus = lines("a.jsonl", List.of("text"));
        Path file = directory.resolve("tokenizer.json");
        BpeTrainer.builder().vocabSize(300).build().train(Stream.of("text")).write(file);
        Files.writeString(file, Files.readString(file).replace("\"<|endoftext|>\": 0", "\"<|endoftext|>\": 65536"));

        try (Tokenizer large = Tokenizer.open(file)) {
            assertThatThrownBy(() -> prepare(corpus, "out").tokenizer(large).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65537 tokens");
        }
    }
}
