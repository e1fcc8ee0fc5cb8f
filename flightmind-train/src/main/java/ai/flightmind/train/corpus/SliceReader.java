package ai.flightmind.train.corpus;

import ai.flightmind.train.error.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads documents from ranges of files, and counts what it passes over. Not thread-safe. */
final class SliceReader {
    private static final Logger log = LoggerFactory.getLogger(SliceReader.class);
    private static final byte[] NEW_LINE = {'\n'};
    private static final int LONGEST_RECORD_BYTES = 64 << 20;

    private final Reading reading;
    private final DocumentSink sink;
    private final IntConsumer bytesRead;
    private long bad;
    private long empty;

    SliceReader(Reading reading, DocumentSink sink, IntConsumer bytesRead) {
        this.reading = reading;
        this.sink = sink;
        this.bytesRead = bytesRead;
    }

    void read(FileRange range) {
        CorpusFile file = range.file();
        try {
            if (file.isText() && reading.textDocuments().areWholeFiles()) {
                readPieces(range);
            } else {
                readRecords(range);
            }
        } catch (ZipException | EOFException e) {
            throw new DataException(file.path() + " is damaged or incomplete: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(file.path() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void readPieces(FileRange range) throws IOException {
        CorpusFile file = range.file();
        boolean first = range.isBegin();
        try (InputStream in = file.open(Math.max(0, range.from() - 1), bytesRead)) {
            PieceReader pieces = new PieceReader(in, range.from(), range.to());
            while (pieces.next()) {
                checkInterrupt();
                String piece;
                try {
                    piece = Decoding.utf8(pieces.bytes(), pieces.start());
                } catch (BadDocumentException e) {
                    bad(file, pieces.start() + e.offset(), e);
                    sink.abandon(range.isBegin(), range.isEnd());
                    return;
                }
                if (first && pieces.isLast() && piece.isBlank()) {
                    empty(file, 0);
                } else {
                    sink.accept(piece, first, pieces.isLast());
                }
                first = false;
            }
        }
    }

    private void readRecords(FileRange range) throws IOException {
        CorpusFile file = range.file();
        byte[] delimiter = file.isText() ? reading.textDocuments().delimiter() : NEW_LINE;
        long from = Math.max(0, range.from() - delimiter.length);
        try (InputStream in = file.open(from, bytesRead)) {
            RecordReader records = new RecordReader(in, from, delimiter, LONGEST_RECORD_BYTES);
            while (records.position() < range.from() && records.next()) {
                checkInterrupt();
            }
            while (records.position() < range.to() && records.next()) {
                checkInterrupt();
                try {
                    readRecord(file, records);
                } catch (BadDocumentException e) {
                    bad(file, records.start() + e.offset(), e);
                }
            }
        }
    }

    private void readRecord(CorpusFile file, RecordReader record) throws BadDocumentException, IOException {
        if (record.isTooLong()) {
            throw new BadDocumentException("longer than " + (LONGEST_RECORD_BYTES >> 20) + " MiB", 0);
        }
        String text = file.isText() ? text(record) : Decoding.json(record.bytes(), record.start(), reading.field());
        if (text == null) {
            return;
        }
        if (text.isBlank()) {
            empty(file, record.start());
        } else if (text.length() <= Cuts.PIECE_BYTES) {
            sink.accept(text, true, true);
        } else {
            acceptPieces(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Null where there is no document: on a blank line, and behind the last separator. */
    private @Nullable String text(RecordReader record) throws BadDocumentException {
        String text = Decoding.utf8(record.bytes(), record.start()).strip();
        boolean none = text.isEmpty() && (reading.textDocuments().areLines() || !record.isDelimited());
        return none ? null : text;
    }

    private void acceptPieces(byte[] utf8) {
        int from = 0;
        for (int window = Cuts.PIECE_BYTES; from < utf8.length; window += Cuts.PIECE_BYTES) {
            int to = window >= utf8.length
                    ? utf8.length
                    : Cuts.find(utf8, window, Math.min(window + Cuts.PIECE_BYTES, utf8.length));
            String piece = new String(utf8, from, to - from, StandardCharsets.UTF_8);
            sink.accept(piece, from == 0, to == utf8.length);
            from = to;
        }
    }

    private void bad(CorpusFile file, long offset, BadDocumentException problem) throws IOException {
        if (!reading.skipBad()) {
            throw new DataException(file.path() + ":" + file.line(offset) + ": " + problem.getMessage()
                    + ". Mend it, or have such documents skipped and counted.");
        }
        // Not by its line: to know that, all of the file before it is read.
        log.debug("Skipped in {} at byte {}: {}", file.path(), offset, problem.getMessage());
        bad++;
    }

    private void empty(CorpusFile file, long offset) throws IOException {
        if (!reading.skipEmpty()) {
            throw new DataException(file.path() + ":" + file.line(offset)
                    + ": the document is empty. Take it out, or have such documents skipped and counted.");
        }
        empty++;
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("Interrupted while reading the corpus");
        }
    }

    Skipped skipped() {
        return new Skipped(bad, empty);
    }
}
