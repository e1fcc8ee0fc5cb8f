package ai.flightmind.train.evaluation;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.corpus.CorpusSlice;
import ai.flightmind.train.corpus.DocumentSink;
import ai.flightmind.train.data.TokenFile;
import ai.flightmind.train.error.DataException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Scores one domain; made for it, and used once. Holds a few windows at a time, however large the domain is. */
final class PerplexityMeter {
    private static final int ROWS_READ = 64;

    private final WindowScorer scorer;
    private final SlidingWindows windows;
    private final TextCounts counts = new TextCounts();
    private final @Nullable Tokenizer tokenizer;
    private long tokens;

    PerplexityMeter(Gpt model, @Nullable Tokenizer tokenizer, Precision precision, int stride, int batchSize) {
        this.scorer = new WindowScorer(model, precision, batchSize);
        this.windows = new SlidingWindows(model.config().sequenceLength(), stride, scorer::add);
        this.tokenizer = tokenizer;
    }

    /** Of documents, each by itself: the end-of-text token stands before it, as when the model was trained. */
    Perplexity ofText(String domain, Corpus corpus, Tokenizer encoder) {
        Documents documents = new Documents(encoder, encoder.endOfText().orElseThrow());
        try {
            for (CorpusSlice slice : corpus.slices()) {
                slice.read(documents, bytes -> {});
            }
        } catch (CancellationException e) {
            throw new CancelledException("The evaluation was interrupted while " + domain + " was read; what was scored"
                    + " so far is dropped.");
        }
        if (tokens == 0) {
            throw new DataException("There is no text to evaluate on in " + domain + ". Is the file empty?");
        }
        return measured(domain);
    }

    private final class Documents implements DocumentSink {
        private final Tokenizer encoder;
        private final int endOfText;
        private boolean open;

        private Documents(Tokenizer encoder, int endOfText) {
            this.encoder = encoder;
            this.endOfText = endOfText;
        }

        @Override
        public void accept(String piece, boolean first, boolean last) {
            if (first) {
                windows.begin(endOfText);
                counts.begin();
                open = true;
            }
            if (open) { // or the document was abandoned in an earlier slice
                score(encoder.encode(piece));
                counts.add(piece);
            }
            if (open && last) {
                windows.end();
                open = false;
            }
        }

        /** What was taken of the document stays in the sum. */
        @Override
        public void abandon(boolean first, boolean last) {
            if (open) {
                windows.end();
                open = false;
            }
        }
    }

    /** Of rows of tokens, which know nothing of each other since they were shuffled; a row's first token is only read. */
    Perplexity ofRows(String domain, TokenFile file, int rowLength) {
        long count = file.rowCount(rowLength);
        for (long from = 0; from < count; from += ROWS_READ) {
            int[][] rows = rows(file, from, Math.min(count, from + ROWS_READ), rowLength);
            for (int[] row : rows) {
                int[] targets = Arrays.copyOfRange(row, 1, rowLength);
                windows.begin(row[0]);
                score(targets);
                windows.end();
                countText(targets);
            }
        }
        return measured(domain);
    }

    private static int[][] rows(TokenFile file, long from, long to, int rowLength) {
        long[] numbers = new long[(int) (to - from)];
        Arrays.setAll(numbers, i -> from + i);
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = file.rows(numbers, rowLength);
            long[] ids = new long[numbers.length * rowLength];
            new LongPointer(rows.data_ptr()).get(ids);
            int[][] copy = new int[numbers.length][rowLength];
            for (int row = 0; row < copy.length; row++) {
                int start = row * rowLength;
                Arrays.setAll(copy[row], i -> (int) ids[start + i]);
            }
            return copy;
        }
    }

    /** Texts end at the end-of-text tokens, which are scored but no text. */
    private void countText(int[] ids) {
        if (tokenizer == null) {
            return;
        }
        int endOfText = tokenizer.endOfText().orElse(-1);
        int from = 0;
        for (int i = 0; i <= ids.length; i++) {
            if (i == ids.length || ids[i] == endOfText) {
                counts.begin();
                counts.add(tokenizer.decode(Arrays.copyOfRange(ids, from, i)));
                from = i + 1;
            }
        }
    }

    private void score(int[] ids) {
        windows.append(ids);
        tokens += ids.length;
    }

    private Perplexity measured(String domain) {
        return new Perplexity(domain, tokens, counts.bytes(), counts.words(), scorer.finish());
    }
}
