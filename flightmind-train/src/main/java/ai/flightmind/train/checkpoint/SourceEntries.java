package ai.flightmind.train.checkpoint;

import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.mixture.Mixture;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a checkpoint holds of a mixture's sources: {@code sources}, by name. */
final class SourceEntries {
    private SourceEntries() {}

    static Map<String, Object> of(SampleRange samples, RunState state) {
        Map<String, Object> entries = new LinkedHashMap<>();
        samples.sources().forEach((name, source) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("identity", source.identity());
            entry.put("rows", source.rowsBefore().applyAsLong(state.nextStep()));
            entry.put("position", state.positions().getOrDefault(name, source.start()));
            entries.put(name, entry);
        });
        return entries;
    }

    /**
     * Where each source of this run is.
     *
     * @param data what the checkpoint says of its data; empty for one of the original
     * @throws CheckpointException if the steps done had other sources, or other shares of them
     */
    static Map<String, List<Long>> positions(Optional<Fields> data, SampleRange samples, long nextStep, Path file) {
        Optional<Fields> then = data.flatMap(fields -> fields.optionalMap("sources"));
        if (samples.sources().isEmpty()) {
            if (then.isPresent()) {
                throw new CheckpointException(
                        file + " is of a run on a mixture of sources; this one has a single table."
                                + " Going on would lose or repeat rows: use the same mixture.");
            }
            return Map.of();
        }
        Map<String, List<Long>> positions = new LinkedHashMap<>();
        if (data.isEmpty()) {
            samples.sources().forEach((name, source) -> positions.put(name, source.start()));
            return positions; // the original keeps none
        }
        samples.sources().forEach((name, source) -> {
            Optional<Fields> entry = then.flatMap(fields -> fields.optionalMap(name));
            long rows = entry.isPresent()
                    ? entry.get().integer("rows")
                    : rowsOfOnlyTable(data, then.isPresent(), name, samples, nextStep);
            SampleRange.require(
                    "number of rows read of " + name, rows, source.rowsBefore().applyAsLong(nextStep), file);
            if (rows > 0 && entry.isPresent()) {
                SampleRange.require("source " + name, entry.get().text("identity"), source.identity(), file);
            } else if (rows > 0 && data.isPresent()) {
                SampleRange.require(
                        "source " + name,
                        Mixture.tableIdentity(data.get().integer("train_sequences")),
                        source.identity(),
                        file);
            }
            positions.put(
                    name,
                    rows > 0 && entry.isPresent()
                            ? entry.get().list("position").stream()
                                    .map(Long.class::cast)
                                    .toList()
                            : source.start());
        });
        return positions;
    }

    /** A run may begin with one table, and go on with a mixture whose first source that is. */
    private static long rowsOfOnlyTable(
            Optional<Fields> data, boolean mixed, String name, SampleRange samples, long nextStep) {
        boolean first = samples.sources().keySet().iterator().next().equals(name);
        return data.isPresent() && !mixed && first ? nextStep * samples.sequencesPerStep() : 0;
    }
}
