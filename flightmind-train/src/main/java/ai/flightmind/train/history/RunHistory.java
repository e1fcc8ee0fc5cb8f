package ai.flightmind.train.history;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The log of a whole run, over all of its processes, oldest first. An immutable value.
 *
 * @param records all that was written
 */
public record RunHistory(List<RunRecord> records) {
    public RunHistory {
        records = List.copyOf(records);
    }

    /** Reads a run's one file. It may be one that is being written. */
    public static RunHistory read(Path file) {
        return read(List.of(file));
    }

    /**
     * Reads the files of a run's machines, in order. A line that is not whole is passed over.
     *
     * @throws DataException if one cannot be read
     */
    public static RunHistory read(List<Path> pieces) {
        List<RunRecord> records = new ArrayList<>();
        for (Path piece : pieces) {
            try (Stream<String> lines = Files.lines(piece)) {
                lines.map(RecordLine::parse).flatMap(Optional::stream).forEach(records::add);
            } catch (IOException | UncheckedIOException e) {
                throw new DataException("The run's log " + piece + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new RunHistory(records);
    }

    /** Those of one kind. */
    public <R extends RunRecord> List<R> of(Class<R> kind) {
        return records.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The first steps of its later processes: where the run was resumed. */
    public List<Long> resumedAt() {
        return of(RunRecord.Started.class).stream()
                .map(RunRecord.Started::firstStep)
                .filter(step -> step > 0)
                .toList();
    }

    /** What the newest process was set to and ran on. */
    public Optional<RunRecord.Started> newestStart() {
        List<RunRecord.Started> starts = of(RunRecord.Started.class);
        return starts.isEmpty() ? Optional.empty() : Optional.of(starts.get(starts.size() - 1));
    }

    /** How the newest process ended; empty while it goes on, and if it ended without a word. */
    public Optional<RunRecord> newestEnd() {
        for (int i = records.size() - 1; i >= 0; i--) {
            RunRecord record = records.get(i);
            if (record instanceof RunRecord.Started) {
                return Optional.empty();
            }
            if (record instanceof RunRecord.Ended || record instanceof RunRecord.Failed) {
                return Optional.of(record);
            }
        }
        return Optional.empty();
    }

    /**
     * When processes ended without a word, as one that was killed or whose machine is gone: the last that was heard of each.
     * Of the newest one it cannot be known.
     */
    public List<Instant> vanishedAfter() {
        List<Instant> vanished = new ArrayList<>();
        for (int i = 1; i < records.size(); i++) {
            RunRecord before = records.get(i - 1);
            boolean endedInOrder = before instanceof RunRecord.Ended || before instanceof RunRecord.Failed;
            if (records.get(i) instanceof RunRecord.Started && !endedInOrder) {
                vanished.add(before.time());
            }
        }
        return vanished;
    }

    /** How long its processes trained together, as far as they were heard of. */
    public Duration timeTrained() {
        Duration total = Duration.ZERO;
        for (int i = 1; i < records.size(); i++) {
            if (!(records.get(i) instanceof RunRecord.Started)) {
                total = total.plus(Duration.between(
                        records.get(i - 1).time(), records.get(i).time()));
            }
        }
        return total;
    }
}
