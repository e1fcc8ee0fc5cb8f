package ai.flightmind.train.prepare;

import ai.flightmind.model.Seed;
import ai.flightmind.model.file.WholeFile;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.corpus.CorpusSlice;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.prepare.PrepareProgress.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code train.bin}, {@code val.bin} and {@code meta.json} of a corpus: its documents' tokens one after the other,
 * each document ended by {@code <|endoftext|>}, cut into rows, the rows shuffled, and a share of them held out.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizer.open(Path.of("tokenizer.json"))) {
 *     PreparedData data = Prepare.builder()
 *             .corpus(Corpus.of(Path.of("corpus")))
 *             .tokenizer(tokenizer)
 *             .directory(Path.of("data/tokenized"))
 *             .build()
 *             .run();
 * }
 * }</pre>
 *
 * <p>The files depend on the corpus, the tokenizer and the settings, to the last byte, and not on the number of threads. A
 * run that is interrupted or killed goes on where it was when it is started again; what it has done until then is in {@code
 * .prepare} in the directory, which takes twice as much space as the token files and is removed at the end. The corpus may be
 * larger than memory: a thread takes some 100 MB, most of it in the tokenizer, and the shuffle 100 MB of heap. Immutable.
 */
public final class Prepare {
    private static final int LARGEST_VOCABULARY = 1 << 16;
    private static final int VERSION = 1;

    private final Corpus corpus;
    private final Tokenizer tokenizer;
    private final int endOfText;
    private final Path directory;
    private final int sequenceLength;
    private final double validationShare;
    private final Seed seed;
    private final boolean dropDuplicates;
    private final int threads;
    private final Consumer<? super PrepareProgress> progress;

    private Prepare(Builder builder, Corpus corpus, Tokenizer tokenizer, Path directory, int endOfText) {
        this.corpus = corpus;
        this.tokenizer = tokenizer;
        this.endOfText = endOfText;
        this.directory = directory;
        this.sequenceLength = builder.sequenceLength;
        this.validationShare = builder.validationShare;
        this.seed = builder.seed;
        this.dropDuplicates = builder.dropDuplicates;
        this.threads = builder.threads;
        this.progress = builder.progress;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Does what is left to do; nothing, if an earlier run has done it all.
     *
     * @throws DataException that names file and line of what is no document, or if there are too few tokens, the files cannot
     *     be written, other data is in the directory, or another program is writing to it
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public PreparedData run() {
        List<String> sliceKeys = corpus.slices().stream().map(this::sliceKey).toList();
        String settings = settings(sliceKeys);
        PreparedFiles files = new PreparedFiles(directory);
        Optional<PreparedData> earlier = files.find(settings);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        try {
            Files.createDirectories(directory);
            try (WorkDirectory work = WorkDirectory.open(directory)) {
                List<Path> sliceFiles = sliceKeys.stream().map(work::slice).toList();
                work.keepOnly(sliceFiles);
                List<TokenSlice> slices =
                        new Tokenization(corpus, sliceFiles, tokenizer, endOfText, progress).run(threads);
                PreparedData data = pack(slices, work.path(), files);
                files.writeMeta(data, tokenizer.vocabSize(), endOfText, settings);
                work.delete();
                return data;
            }
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(
                    "The token files cannot be written to " + directory + ": " + e.getMessage()
                            + ". What is done is kept: see to space and rights, and start again to go on.",
                    e);
        }
    }

    private PreparedData pack(List<TokenSlice> slices, Path work, PreparedFiles files) throws IOException {
        long allTokens = slices.stream().mapToLong(TokenSlice::tokens).sum();
        progress.accept(new PrepareProgress(Stage.SELECTING, 0, slices.size(), allTokens));
        Selection selection = new DocumentSelector(slices, work, DocumentSelector.BUCKET_BYTES).select(dropDuplicates);
        long rows = selection.tokens() / sequenceLength;
        if (rows < 2) {
            throw new DataException("The corpus has " + selection.tokens() + " tokens, fewer than two sequences of "
                    + sequenceLength + ": one to train on, one to evaluate on. Add text, or take shorter sequences.");
        }
        long validationRows = Math.min(rows - 1, Math.max(1, (long) (rows * validationShare)));
        RowShuffle shuffle = new RowShuffle(
                slices,
                selection,
                work,
                sequenceLength,
                seed,
                RowShuffle.BUCKET_BYTES,
                moved -> progress.accept(new PrepareProgress(Stage.SHUFFLING, moved, 2 * rows, selection.tokens())));
        WholeFile.replace(
                files.validation(),
                validation ->
                        WholeFile.replace(files.train(), train -> shuffle.write(validationRows, validation, train)));
        return new PreparedData(
                selection.documents(),
                selection.duplicates(),
                selection.bad() + slices.stream().mapToLong(TokenSlice::bad).sum(),
                slices.stream().mapToLong(TokenSlice::empty).sum(),
                selection.tokens(),
                rows - validationRows,
                validationRows,
                sequenceLength);
    }

    /** Equal only where a slice's tokens are. */
    private String sliceKey(CorpusSlice slice) {
        return hash(VERSION + "\n" + tokenizer.fingerprint() + "\n" + endOfText + "\n" + slice.describe());
    }

    private String settings(List<String> sliceKeys) {
        return hash(String.join("\n", sliceKeys) + "\n" + corpus.skipsBadDocuments() + " "
                + corpus.skipsEmptyDocuments() + " " + sequenceLength + " " + validationShare + " " + seed.value() + " "
                + dropDuplicates);
    }

    private static String hash(String text) {
        return ByteString.encodeUtf8(text).sha256().hex();
    }

    /** Builds a {@link Prepare}. Required: {@link #corpus}, {@link #tokenizer}, {@link #directory}. */
    public static final class Builder {
        private @Nullable Corpus corpus;
        private @Nullable Tokenizer tokenizer;
        private @Nullable Path directory;
        private @Nullable String endOfText;
        private int sequenceLength = 2_048;
        private double validationShare = 0.01;
        private Seed seed = new Seed(42);
        private boolean dropDuplicates;
        private int threads = Runtime.getRuntime().availableProcessors();
        private Consumer<? super PrepareProgress> progress = unheeded -> {};

        private Builder() {}

        /** What is read; required. */
        public Builder corpus(Corpus corpus) {
            this.corpus = corpus;
            return this;
        }

        /** What encodes it, of at most 65,536 tokens; required. It stays the caller's to close. */
        public Builder tokenizer(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            return this;
        }

        /** Where the files go; required. */
        public Builder directory(Path directory) {
            this.directory = directory;
            return this;
        }

        /** The special token after each document; default: {@link Tokenizer#endOfText()}. */
        public Builder endOfText(String spelling) {
            this.endOfText = spelling;
            return this;
        }

        /** Tokens per row, from 2 on; default 2,048. */
        public Builder sequenceLength(int tokens) {
            this.sequenceLength = tokens;
            return this;
        }

        /** The share of rows that is held out, at least one; between 0 and 1; default 0.01. */
        public Builder validationShare(double share) {
            this.validationShare = share;
            return this;
        }

        /** Of the order of rows; default 42. */
        public Builder seed(Seed seed) {
            this.seed = seed;
            return this;
        }

        /** Whether a document is left out, and counted, that is equal to one before it; default: it is kept. */
        public Builder dropDuplicates(boolean drop) {
            this.dropDuplicates = drop;
            return this;
        }

        /** How many threads tokenize; default: as many as there are cores. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** Told how far it is, about ten times a second, on the thread that runs it; default: nobody. */
        public Builder progress(Consumer<? super PrepareProgress> progress) {
            this.progress = progress;
            return this;
        }

        /**
         * Builds it; nothing is read yet.
         *
         * @throws IllegalArgumentException if a setting is missing or out of its range, or the tokenizer has too many tokens or
         *     none to end a document
         */
        public Prepare build() {
            if (corpus == null || tokenizer == null || directory == null) {
                throw new IllegalArgumentException("A preparation needs a corpus, a tokenizer and a directory");
            }
            require("sequenceLength", sequenceLength, 2, 1 << 24);
            require("threads", threads, 1, 1_024);
            if (!(validationShare > 0 && validationShare < 1)) {
                throw new IllegalArgumentException("validationShare must be between 0 and 1, not " + validationShare);
            }
            if (tokenizer.vocabSize() > LARGEST_VOCABULARY) {
                throw new IllegalArgumentException("The tokenizer has " + tokenizer.vocabSize()
                        + " tokens, but token files are of uint16 and hold 65,536: use a smaller vocabulary.");
            }
            OptionalInt end = endOfText == null ? tokenizer.endOfText() : tokenizer.specialToken(endOfText);
            if (end.isEmpty()) {
                throw new IllegalArgumentException("The tokenizer has no special token "
                        + (endOfText == null ? "that ends a document" : endOfText)
                        + ": say with endOfText which one to put after each.");
            }
            return new Prepare(this, corpus, tokenizer, directory, end.getAsInt());
        }

        private static void require(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ", not " + value);
            }
        }
    }
}
