package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.util.Locale;
import java.util.Optional;

/** What a file holds, by its name. */
enum Format {
    PARQUET,
    JSON_LINES,
    JSON_LINES_GZIP;

    static Optional<Format> of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".parquet")) {
            return Optional.of(PARQUET);
        }
        if (lower.matches(".*\\.(jsonl|ndjson|json)")) {
            return Optional.of(JSON_LINES);
        }
        return lower.matches(".*\\.(jsonl|ndjson|json)\\.gz") ? Optional.of(JSON_LINES_GZIP) : Optional.empty();
    }

    static Format required(String name) {
        return of(name).orElseThrow(() -> new DataException(
                name + " is neither Parquet (.parquet) nor JSON lines (.jsonl, .ndjson, .json, each also with .gz)."));
    }

    /** In how many parts a file is read, each by itself; some may hold nothing. */
    int parts() {
        return this == PARQUET ? ParquetDocuments.PARTS : 1;
    }
}
