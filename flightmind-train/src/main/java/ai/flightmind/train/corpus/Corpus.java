package ai.flightmind.train.corpus;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents in files: lines {@code {"text": …}} ({@code .jsonl}, {@code .ndjson}, {@code .json}), or plain text, UTF-8, each
 * also with {@code .gz}. What the files hold is read when it is asked for, and may be larger than memory. Immutable.
 */
public final class Corpus {
    private static final Logger log = LoggerFactory.getLogger(Corpus.class);
    private static final long SLICE_BYTES = 64L * Cuts.PIECE_BYTES;

    private final List<CorpusSlice> slices;
    private final Reading reading;

    private Corpus(List<CorpusSlice> slices, Reading reading) {
        this.slices = List.copyOf(slices);
        this.reading = reading;
    }

    /**
     * All of some files and directories, as a {@link Builder} with its defaults reads them.
     *
     * @throws DataException if one is not there, or there is no file in any of them
     */
    public static Corpus of(Path... paths) {
        Builder builder = builder();
        for (Path path : paths) {
            builder.add(path);
        }
        return builder.build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** All files together, as they are on disk. */
    public long bytes() {
        return slices.stream().mapToLong(CorpusSlice::bytes).sum();
    }

    /**
     * The documents in their order, one of more than 256 KiB in pieces; what is to be skipped is left out. Read as the
     * stream goes on; it may be made parallel, and need not be closed. It throws a {@link DataException} that names the file
     * and line of what is no document.
     */
    public Stream<String> texts() {
        return slices.stream().mapMulti((slice, texts) -> {
            slice.read((piece, first, last) -> texts.accept(piece), bytes -> {});
        });
    }

    /** The parts that can be read by themselves, in order. */
    public List<CorpusSlice> slices() {
        return slices;
    }

    /** Whether what is no document is passed over. */
    public boolean skipsBadDocuments() {
        return reading.skipBad();
    }

    /** Whether documents without text are passed over. */
    public boolean skipsEmptyDocuments() {
        return reading.skipEmpty();
    }

    /** Builds a {@link Corpus}. At least one {@link #add} is required. */
    public static final class Builder {
        private final List<Path> paths = new ArrayList<>();
        private String field = "text";
        private TextDocuments textDocuments = TextDocuments.wholeFile();
        private boolean skipBad;
        private boolean skipEmpty;
        private long sliceBytes = SLICE_BYTES;

        private Builder() {}

        /**
         * A file, which is text unless its name says otherwise, or a directory with the {@code .jsonl}, {@code .ndjson}, {@code
         * .txt}, {@code .text} and {@code .md} files below it, also with {@code .gz}, in the order of their paths; hidden ones
         * are passed over, and so are others.
         */
        public Builder add(Path path) {
            paths.add(path);
            return this;
        }

        /** Where a line of JSON has its text; default {@code text}. */
        public Builder field(String name) {
            this.field = name;
            return this;
        }

        /** What a document is in plain text; default {@link TextDocuments#wholeFile()}. */
        public Builder textDocuments(TextDocuments textDocuments) {
            this.textDocuments = textDocuments;
            return this;
        }

        /**
         * Whether to pass over and count what is no document, as a line without the field, broken JSON, or bytes that are not
         * UTF-8; default: that is an error.
         */
        public Builder skipBadDocuments(boolean skip) {
            this.skipBad = skip;
            return this;
        }

        /** Whether to pass over and count documents of nothing but white space; default: that is an error. */
        public Builder skipEmptyDocuments(boolean skip) {
            this.skipEmpty = skip;
            return this;
        }

        /**
         * How large a slice is, which is what is read on one thread and done again if it is interrupted; a multiple of 256 KiB;
         * default 16 MiB.
         */
        public Builder sliceBytes(long bytes) {
            this.sliceBytes = bytes;
            return this;
        }

        /**
         * Lists the files; they are not read yet.
         *
         * @throws IllegalArgumentException if the size of slices is none
         * @throws DataException if a path is not there, cannot be read, or there is no file in any of them
         */
        public Corpus build() {
            if (sliceBytes < Cuts.PIECE_BYTES || sliceBytes % Cuts.PIECE_BYTES != 0) {
                throw new IllegalArgumentException("sliceBytes must be a multiple of 262144, not " + sliceBytes);
            }
            List<CorpusFile> files = new ArrayList<>();
            for (Path path : paths) {
                if (Files.isDirectory(path)) {
                    files.addAll(filesBelow(path));
                } else if (Files.isRegularFile(path)) {
                    files.add(CorpusFile.of(path));
                } else {
                    throw new DataException("There is no file or directory " + path + ".");
                }
            }
            if (files.isEmpty()) {
                throw new DataException("There is no document in " + paths
                        + ": in directories .jsonl, .ndjson, .txt, .text and .md files are read, also with .gz.");
            }
            Reading reading = new Reading(field, textDocuments, skipBad, skipEmpty);
            return new Corpus(CorpusSlice.of(files, reading, sliceBytes), reading);
        }

        private static List<CorpusFile> filesBelow(Path directory) {
            try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
                List<Path> regular = all.filter(Files::isRegularFile)
                        .filter(file -> !isHidden(directory.relativize(file)))
                        .sorted(Comparator.comparing(
                                file -> directory.relativize(file).toString().replace('\\', '/')))
                        .toList();
                List<CorpusFile> files = regular.stream()
                        .map(CorpusFile::found)
                        .flatMap(Optional::stream)
                        .toList();
                if (files.size() < regular.size()) {
                    log.info("{}: {} files of other kinds passed over", directory, regular.size() - files.size());
                }
                return files;
            } catch (IOException | UncheckedIOException e) {
                throw new DataException(directory + " cannot be listed: " + e.getMessage(), e);
            }
        }

        private static boolean isHidden(Path relative) {
            for (Path part : relative) {
                if (part.toString().startsWith(".")) {
                    return true;
                }
            }
            return false;
        }
    }
}
