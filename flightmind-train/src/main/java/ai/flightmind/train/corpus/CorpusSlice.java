package ai.flightmind.train.corpus;

import ai.flightmind.train.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * A part of a corpus that can be read by itself: a part of a large file, or several small files. Where slices begin depends
 * on the files alone. Immutable; slices may be read on several threads at a time.
 */
public final class CorpusSlice {
    private final List<FileRange> ranges;
    private final Reading reading;

    private CorpusSlice(List<FileRange> ranges, Reading reading) {
        this.ranges = List.copyOf(ranges);
        this.reading = reading;
    }

    /** All of the files in their order, in slices of about so many bytes, but for files that cannot be divided. */
    static List<CorpusSlice> of(List<CorpusFile> files, Reading reading, long sliceBytes) {
        List<CorpusSlice> slices = new ArrayList<>();
        List<FileRange> small = new ArrayList<>();
        long smallBytes = 0;
        for (CorpusFile file : files) {
            boolean divided = file.bytes() > sliceBytes && reading.divides(file);
            if (!divided) {
                small.add(new FileRange(file, 0, Long.MAX_VALUE));
                smallBytes += file.bytes();
            }
            if ((divided && !small.isEmpty()) || smallBytes >= sliceBytes) {
                slices.add(new CorpusSlice(small, reading));
                small.clear();
                smallBytes = 0;
            }
            for (long from = 0; divided && from < file.bytes(); from += sliceBytes) {
                slices.add(new CorpusSlice(List.of(new FileRange(file, from, from + sliceBytes)), reading));
            }
        }
        if (!small.isEmpty()) {
            slices.add(new CorpusSlice(small, reading));
        }
        return slices;
    }

    /** Its size on disk. */
    public long bytes() {
        return ranges.stream().mapToLong(FileRange::bytes).sum();
    }

    /** Equal only where the documents are: the same bytes of files that have not changed, read alike. */
    public String describe() {
        return ranges.stream()
                .map(FileRange::describe)
                .collect(Collectors.joining("\n", reading.describe() + "\n", ""));
    }

    /**
     * Reads the documents that begin here.
     *
     * @param bytesRead told of bytes as they come from the disk
     * @throws DataException that names file and line of what is no document, unless the corpus skips such; or if a file
     *     cannot be read, or has changed since the corpus was built
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public Skipped read(DocumentSink sink, IntConsumer bytesRead) {
        SliceReader reader = new SliceReader(reading, sink, bytesRead);
        for (FileRange range : ranges) {
            reader.read(range);
            if (!CorpusFile.of(range.file().path()).equals(range.file())) {
                throw new DataException(range.file().path() + " has changed while it was read. Start again.");
            }
        }
        return reader.skipped();
    }
}
