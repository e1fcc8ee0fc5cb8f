package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Documents in Parquet files ({@code .parquet}) and lines {@code {"text": …}} ({@code .jsonl}, {@code .ndjson}, {@code
 * .json}, each also with {@code .gz}), on disk, at URLs or in a data set on the Hugging Face Hub. Of a Parquet file only the
 * column with the text is read. Nothing is kept on disk but in a {@link Builder#cache}, if there is one. Reading Parquet needs the optional {@code
 * org.apache.parquet:parquet-column}, {@code org.apache.parquet:parquet-format-structures} and {@code
 * io.airlift:aircompressor}.
 *
 * <pre>{@code
 * Documents fineweb = Documents.builder().hub("HuggingFaceFW/fineweb-edu", "sample/10BT").build();
 * }</pre>
 *
 * <p>Requests that fail are made again, with growing pauses; a file's bytes are asked for range by range, so nothing that
 * has been read is asked for again. Thread-safe. To be closed when nothing reads it any more.
 */
public final class Documents implements AutoCloseable {
    private static final int FOOTERS_KEPT = 64;

    private final HttpReader http;
    private final List<Part> parts;
    private final List<DataFile> files;
    private final String field;
    private final boolean skipBad;
    private final Map<String, ParquetFooter> footers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ParquetFooter> eldest) {
            return size() > FOOTERS_KEPT;
        }
    };

    /** A part of a file, which is read by itself. */
    private record Part(DataFile file, int number) {}

    private Documents(HttpReader http, List<DataFile> files, String field, boolean skipBad) {
        this.http = http;
        this.files = List.copyOf(files);
        this.field = field;
        this.skipBad = skipBad;
        this.parts = files.stream()
                .flatMap(file -> Stream.iterate(0, i -> i + 1)
                        .limit(Format.required(file.name()).parts())
                        .map(number -> new Part(file, number)))
                .toList();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** How many files there are. */
    public int fileCount() {
        return files.size();
    }

    /** How many parts can be read side by side; some may hold nothing. */
    public int partCount() {
        return parts.size();
    }

    /** Equal only where the documents are, as far as names, sizes and the way of reading tell: one line per file. */
    public String describe() {
        StringBuilder text = new StringBuilder("field " + field + (skipBad ? ", bad ones skipped" : "")).append('\n');
        files.forEach(file ->
                text.append(file.name()).append(' ').append(file.length()).append('\n'));
        return text.toString();
    }

    /**
     * Begins to read a part.
     *
     * @param part from 0 to {@link #partCount} − 1
     * @param from how many of its documents to pass over
     * @throws DataException if it cannot be read, or has not the column
     */
    public DocumentCursor open(int part, long from) {
        DataFile file = parts.get(part).file;
        try {
            DocumentReader reader = reader(parts.get(part));
            reader.skip(from);
            return new DocumentCursor(file.name(), reader, from, skipBad);
        } catch (ZipException | EOFException e) {
            throw new DataException(file.name() + " is damaged or incomplete: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(file.name() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private DocumentReader reader(Part part) throws IOException {
        Format format = Format.required(part.file.name());
        if (format != Format.PARQUET) {
            return new JsonLines(part.file, field, format == Format.JSON_LINES_GZIP);
        }
        try {
            return new ParquetDocuments(part.file, footer(part.file), part.number);
        } catch (NoClassDefFoundError e) {
            throw new DataException(
                    "Parquet files are read by optional libraries: add org.apache.parquet:parquet-column,"
                            + " org.apache.parquet:parquet-format-structures and io.airlift:aircompressor to the"
                            + " dependencies. " + e.getMessage() + " is missing.",
                    e);
        }
    }

    private ParquetFooter footer(DataFile file) {
        synchronized (footers) {
            ParquetFooter known = footers.get(file.name());
            if (known == null) {
                known = ParquetFooter.read(file, field);
                footers.put(file.name(), known);
            }
            return known;
        }
    }

    /** Ends the connections. */
    @Override
    public void close() {
        http.close();
    }

    /** Builds {@link Documents}. Required: at least one {@link #file}, {@link #url} or {@link #hub}. */
    public static final class Builder {
        private static final String HUB = "https://huggingface.co";

        private record HubDirectory(String dataset, String directory) {}

        private final List<Object> places = new ArrayList<>();
        private HttpUrl hubUrl = HttpUrl.get(HUB);
        private String revision = "main";
        private @Nullable String token = System.getenv("HF_TOKEN");
        private String field = "text";
        private boolean skipBad;
        private @Nullable RangeCache cache;
        private int attempts = 10;
        private Duration firstPause = Duration.ofMillis(500);

        private Builder() {}

        /** A file on disk, or a directory with all such files directly in it, in the order of their names. */
        public Builder file(Path path) {
            places.add(path);
            return this;
        }

        /**
         * A file at a URL, whose path ends as a file's name does; the server must know range requests.
         *
         * @throws IllegalArgumentException if it is no http or https address
         */
        public Builder url(String url) {
            places.add(HttpUrl.get(url));
            return this;
        }

        /**
         * A data set on the Hub.
         *
         * @param dataset as {@code HuggingFaceFW/fineweb-edu}
         * @param directory of it, as {@code sample/10BT}; empty for all its files
         */
        public Builder hub(String dataset, String directory) {
            places.add(new HubDirectory(dataset, directory));
            return this;
        }

        /** Which branch, tag or commit of data sets on the Hub; default {@code main}, as it is at {@link #build}. */
        public Builder revision(String revision) {
            this.revision = revision;
            return this;
        }

        /** Where the Hub is; default {@code https://huggingface.co}. */
        public Builder hubUrl(String url) {
            this.hubUrl = HttpUrl.get(url);
            return this;
        }

        /** A token for the Hub, sent to no other server; default: the environment's {@code HF_TOKEN}, if it is set. */
        public Builder token(String token) {
            this.token = token;
            return this;
        }

        /** The column, or the field of a line, that holds the text; default {@code text}. */
        public Builder field(String name) {
            this.field = name;
            return this;
        }

        /**
         * Whether to pass over and log what is no document, as an empty one, one without the field, or bytes that are not
         * UTF-8; default: that is an error.
         */
        public Builder skipBadDocuments(boolean skip) {
            this.skipBad = skip;
            return this;
        }

        /**
         * Keeps what is read over the network, for the next run or epoch; default: nothing is kept. Processes may share it. A
         * file at a URL is taken for the same while its size is; one on the Hub while its commit is.
         *
         * @param directory made if need be
         * @param maxBytes of it; what was not asked for longest goes first
         */
        public Builder cache(Path directory, long maxBytes) {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("A cache holds at least a byte, not " + maxBytes);
            }
            this.cache = new RangeCache(directory, maxBytes);
            return this;
        }

        /**
         * How often a request is made until it is given up, and the pause after the first attempt, doubled after each one up
         * to a minute; default 10 and half a second, about four minutes together.
         */
        public Builder retries(int attempts, Duration firstPause) {
            if (attempts < 1 || firstPause.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "There must be at least one attempt and a pause of a millisecond, not " + attempts + " and "
                                + firstPause);
            }
            this.attempts = attempts;
            this.firstPause = firstPause;
            return this;
        }

        /**
         * Lists the files; what they hold is not read yet.
         *
         * @throws DataException if one is not there, is of another kind, or a data set cannot be reached
         */
        public Documents build() {
            HttpReader http = new HttpReader(hubUrl, token, attempts, firstPause);
            try {
                List<DataFile> files = new ArrayList<>();
                for (Object place : places) {
                    if (place instanceof Path path) {
                        files.addAll(onDisk(path));
                    } else if (place instanceof HttpUrl url) {
                        files.add(kept(new HttpFile(http, url, OptionalLong.empty())));
                    } else if (place instanceof HubDirectory hub) {
                        new HubFiles(http, hubUrl)
                                .list(hub.dataset, hub.directory, revision)
                                .forEach(file -> files.add(kept(file)));
                    }
                }
                if (files.isEmpty()) {
                    throw new DataException("There is no file with documents in " + places + ".");
                }
                return new Documents(http, files, field, skipBad);
            } catch (RuntimeException e) {
                http.close();
                throw e;
            }
        }

        private DataFile kept(DataFile file) {
            return cache == null ? file : cache.over(file);
        }

        private static List<DataFile> onDisk(Path path) {
            if (Files.isRegularFile(path)) {
                return List.of(new LocalFile(path));
            }
            try (Stream<Path> inside = Files.list(path)) {
                return inside.filter(Files::isRegularFile)
                        .filter(file -> Format.of(file.toString()).isPresent())
                        .sorted()
                        .<DataFile>map(LocalFile::new)
                        .toList();
            } catch (IOException e) {
                throw new DataException("There is no file or directory " + path + " that can be read.", e);
            }
        }
    }
}
