package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.model.tokenizer.bpe.BpeVocabulary;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.Prepare;
import ai.flightmind.train.prepare.PreparedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes {@code train.bin} and {@code val.bin} of text, and a vocabulary where there is none. */
@Command(
        name = "PrepareData",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Makes train.bin, val.bin and meta.json of text. Interrupted, the same command goes on.")
public final class PrepareData implements Runnable {
    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "JSON lines, text, either with .gz, or directories of them")
    private List<Path> paths = List.of();

    @Option(names = "--output", paramLabel = "DIR", description = "where the files go")
    private Path output = Path.of("data/tokenized");

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "a tokenizer.json, or 'bytes'; default: tokenizer.json in the output directory",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String tokenizer;

    @Option(
            names = "--train-tokenizer",
            paramLabel = "TOKENS",
            description = "learn a vocabulary of this size first, unless the tokenizer is there")
    private @Nullable Integer trainedVocabSize;

    @Option(
            names = "--tokenizer-documents",
            paramLabel = "N",
            description = "how many documents it is learnt from; default: all",
            showDefaultValue = Visibility.NEVER)
    private long tokenizerDocuments = Long.MAX_VALUE;

    @Mixin
    private final CorpusFlags corpusFlags = new CorpusFlags();

    @Option(names = "--drop-duplicates", description = "of equal documents take the first only")
    private boolean dropDuplicates;

    @Option(names = "--seq-len", description = "tokens per sequence")
    private int sequenceLength = 2_048;

    @Option(names = "--val-share", description = "of the sequences, to evaluate on")
    private double validationShare = 0.01;

    @Option(names = "--seed", description = "of the order of sequences")
    private long seed = 42;

    @Option(names = "--threads", description = "default: one per core", showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    public static void main(String[] args) {
        System.exit(Commands.execute(new PrepareData(), args));
    }

    @Override
    public void run() {
        Corpus.Builder corpus = corpusFlags.corpus();
        paths.forEach(corpus::add);
        prepare(corpus.build());
    }

    private void prepare(Corpus corpus) {
        try (Tokenizer opened = tokenizer(corpus);
                PrepareConsole progress = new PrepareConsole()) {
            long begin = System.nanoTime();
            PreparedData data = Prepare.builder()
                    .corpus(corpus)
                    .tokenizer(opened)
                    .directory(output)
                    .sequenceLength(sequenceLength)
                    .validationShare(validationShare)
                    .seed(seed(seed))
                    .dropDuplicates(dropDuplicates)
                    .threads(threads)
                    .progress(progress)
                    .build()
                    .run();
            progress.close();
            print(data, progress.newTokens() / ((System.nanoTime() - begin) / 1e9));
        }
    }

    private Tokenizer tokenizer(Corpus corpus) {
        String name = tokenizer == null ? output.resolve("tokenizer.json").toString() : tokenizer;
        Path file = Path.of(name);
        if (NamedTokenizer.isFile(name) && !Files.exists(file)) {
            learn(corpus, file);
        }
        return NamedTokenizer.open(name);
    }

    private void learn(Corpus corpus, Path file) {
        if (trainedVocabSize == null) {
            throw new IllegalArgumentException("There is no vocabulary " + file
                    + ": name one with --tokenizer, or have it learnt with --train-tokenizer");
        }
        BpeTrainer trainer = BpeTrainer.builder().vocabSize(trainedVocabSize).build();
        try (Stream<String> texts = corpus.texts()) {
            BpeVocabulary vocabulary = trainer.train(texts.limit(tokenizerDocuments));
            vocabulary.write(file);
            System.out.printf(Locale.ROOT, "learnt %,d tokens: %s%n", vocabulary.size(), file);
        }
    }

    private void print(PreparedData data, double tokensPerSecond) {
        System.out.printf(
                Locale.ROOT,
                "%,d documents, %,d tokens (%,.0f tok/s)%n",
                data.documents(),
                data.tokens(),
                tokensPerSecond);
        System.out.printf(
                Locale.ROOT,
                "left out: %,d duplicates, %,d bad and %,d empty documents%n",
                data.duplicates(),
                data.badDocuments(),
                data.emptyDocuments());
        System.out.printf(
                Locale.ROOT,
                "%s: %,d sequences of %,d to train on, %,d to evaluate on%n",
                output,
                data.trainSequences(),
                data.sequenceLength(),
                data.validationSequences());
    }
}
