package ai.flightmind.train.prepare;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.PrepareProgress.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tokenizes a corpus slice by slice, several at a time, each into a file of its own; slices that an earlier process has
 * done are not done again. Runs once.
 */
final class Tokenization {
    private static final long PROGRESS_MILLIS = 100;

    private final Corpus corpus;
    private final List<Path> files;
    private final Tokenizer tokenizer;
    private final int endOfText;
    private final Consumer<? super PrepareProgress> progress;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final SortedMap<Integer, TokenSlice> done = new TreeMap<>();
    private final SortedMap<Integer, RuntimeException> failed = new TreeMap<>();

    /** What came of a slice: one of the two. */
    private record Outcome(
            int slice,
            @Nullable TokenSlice tokens,
            @Nullable RuntimeException failure) {}

    /** @param files where each slice's tokens go */
    Tokenization(
            Corpus corpus,
            List<Path> files,
            Tokenizer tokenizer,
            int endOfText,
            Consumer<? super PrepareProgress> progress) {
        this.corpus = corpus;
        this.files = files;
        this.tokenizer = tokenizer;
        this.endOfText = endOfText;
        this.progress = progress;
    }

    /**
     * The tokens of all slices in their order.
     *
     * @throws RuntimeException of all that goes wrong, what comes first in the corpus
     */
    List<TokenSlice> run(int threads) {
        findDone();
        AtomicInteger thread = new AtomicInteger();
        ExecutorService workers =
                Executors.newFixedThreadPool(threads, task -> new Thread(task, "prepare-" + thread.incrementAndGet()));
        try {
            runAll(new ExecutorCompletionService<>(workers), threads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted while tokenizing: started again, it goes on from here");
        } finally {
            end(workers);
        }
        return List.copyOf(done.values());
    }

    private void findDone() {
        for (int slice = 0; slice < files.size(); slice++) {
            Optional<TokenSlice> earlier =
                    TokenSlice.open(files.get(slice)).filter(tokenized -> tokenized.suits(corpus));
            if (earlier.isPresent()) {
                done.put(slice, earlier.get());
                bytes.add(corpus.slices().get(slice).bytes());
                tokens.add(earlier.get().tokens());
            }
        }
    }

    private void runAll(CompletionService<Outcome> workers, int threads) throws InterruptedException {
        PrimitiveIterator.OfInt open = IntStream.range(0, files.size())
                .filter(slice -> !done.containsKey(slice))
                .iterator();
        int running = 0;
        report();
        while (running > 0 || (open.hasNext() && failed.isEmpty())) {
            // Begun in their order, and ended before it is said what failed: so the first failure is always the same.
            for (; running < threads && open.hasNext() && failed.isEmpty(); running++) {
                int slice = open.nextInt();
                Future<Outcome> ignored = workers.submit(() -> tokenize(slice));
            }
            Future<Outcome> ended = workers.poll(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            if (ended != null) {
                running--;
                collect(ended);
            }
            report();
        }
        if (!failed.isEmpty()) {
            throw failed.get(failed.firstKey());
        }
    }

    private void report() {
        progress.accept(new PrepareProgress(Stage.TOKENIZING, bytes.sum(), corpus.bytes(), tokens.sum()));
    }

    private void collect(Future<Outcome> ended) throws InterruptedException {
        try {
            Outcome outcome = ended.get();
            if (outcome.tokens() != null) {
                done.put(outcome.slice(), outcome.tokens());
            }
            if (outcome.failure() != null) {
                failed.put(outcome.slice(), outcome.failure());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A thread of the preparation died: " + e.getCause(), e.getCause());
        }
    }

    private Outcome tokenize(int slice) {
        try {
            TokenSliceWriter.Encoding encoding = new TokenSliceWriter.Encoding(tokenizer, endOfText, tokens::add);
            TokenSlice tokenized =
                    TokenSlice.write(files.get(slice), corpus.slices().get(slice), encoding, bytes::add);
            return new Outcome(slice, tokenized, null);
        } catch (RuntimeException e) {
            return new Outcome(slice, null, e);
        }
    }

    /** No thread is left that could still use the tokenizer. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (workers.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
