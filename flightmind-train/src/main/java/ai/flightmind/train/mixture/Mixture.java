package ai.flightmind.train.mixture;

import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.stream.TokenStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run is trained on: sources, and how much of each.
 *
 * <pre>{@code
 * Mixture mixture = Mixture.builder()
 *     .source("aviation", data.train(), 0.7)
 *     .source("fineweb", stream, 0.3)
 *     .from(3_500, 0.5, 0.5)                    // from step 3,500 on half and half
 *     .build();
 * }</pre>
 *
 * <p>Weights count rows. Sources take turns so evenly that of two, any run of rows has each one's share to within one row,
 * and a whole number of periods has it exactly: 0.5 and 0.5 give 4 and 4 of a micro-batch of 8; 0.3 and 0.7 give 2 or 3 and
 * the rest, and of every 10 rows 3 and 7. Within a micro-batch the first source's rows stand first. Which rows a step has
 * depends on nothing but the step and the run's seed.
 *
 * <p>Immutable; the sources stay the caller's to close.
 */
public final class Mixture {
    /**
     * How much of each source from a step on.
     *
     * @param fromStep the first step
     * @param values one per source
     */
    record Weights(long fromStep, List<Double> values) {}

    /** One of the two is there. */
    record Source(
            String name, @Nullable RowTable table, @Nullable TokenStream stream) {}

    private final List<Source> sources;
    private final List<Weights> weights;

    private Mixture(List<Source> sources, List<Weights> weights) {
        this.sources = List.copyOf(sources);
        this.weights = List.copyOf(weights);
    }

    /**
     * All from one table.
     *
     * @param name how metrics, checkpoints and messages call it
     */
    public static Mixture of(String name, RowTable table) {
        return builder().source(name, table, 1).build();
    }

    /**
     * All from one stream.
     *
     * @param name how metrics, checkpoints and messages call it
     */
    public static Mixture of(String name, TokenStream stream) {
        return builder().source(name, stream, 1).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The sources' names, in order. */
    public List<String> names() {
        return sources.stream().map(Source::name).toList();
    }

    List<Source> sources() {
        return sources;
    }

    Schedule schedule(int rowsPerStep) {
        return new Schedule(weights, rowsPerStep);
    }

    /** The table, if that is all there is. */
    public Optional<RowTable> onlyTable() {
        return sources.size() == 1 ? Optional.ofNullable(sources.get(0).table) : Optional.empty();
    }

    /** Whether there may be tokens that are not to be learned. */
    public boolean isMasked() {
        return sources.stream().anyMatch(source -> source.table != null && source.table.isMasked());
    }

    /**
     * Makes sure that every id is below the vocabulary's size.
     *
     * @throws ai.flightmind.train.error.DataException that names the first id beyond
     */
    public void requireTokensBelow(int vocabSize) {
        for (Source source : sources) {
            if (source.table != null) {
                source.table.requireTokensBelow(vocabSize);
            }
            if (source.stream != null) {
                source.stream.requireTokensBelow(vocabSize);
            }
        }
    }

    /** How many rows each source holds, where that is known without reading it, by name. */
    public Map<String, OptionalLong> rowCounts(int rowLength) {
        Map<String, OptionalLong> counts = new LinkedHashMap<>();
        sources.forEach(source -> counts.put(
                source.name,
                source.table == null ? OptionalLong.empty() : OptionalLong.of(source.table.rowCount(rowLength))));
        return counts;
    }

    /** How many rows of each source all ranks read before a step, by name. */
    public Map<String, Long> rowsBefore(long step, int rowsPerStep) {
        Schedule schedule = schedule(rowsPerStep);
        Map<String, Long> rows = new LinkedHashMap<>();
        for (int i = 0; i < sources.size(); i++) {
            rows.put(sources.get(i).name, schedule.before(i, step, 0));
        }
        return rows;
    }

    /**
     * What decides which rows each source gives, by name: a run goes on only with sources that say the same.
     *
     * @throws ai.flightmind.train.error.DataException if a source cannot be reached
     */
    public Map<String, String> identities(int rowLength, int rowsPerStep) {
        Map<String, String> identities = new LinkedHashMap<>();
        for (Source source : sources) {
            if (source.table != null) {
                identities.put(source.name, tableIdentity(source.table.rowCount(rowLength)));
            }
            if (source.stream != null) {
                identities.put(source.name, source.stream.identity(rowsPerStep));
            }
        }
        return identities;
    }

    /** What {@link #identities} says of a table. */
    public static String tableIdentity(long rows) {
        return "a table of " + rows + " rows";
    }

    /** Where each source is before its first row, by name: see {@link MixtureReader#positions}. */
    public Map<String, List<Long>> start(int rowsPerStep) {
        Map<String, List<Long>> positions = new LinkedHashMap<>();
        sources.forEach(source ->
                positions.put(source.name, source.stream == null ? List.of() : source.stream.start(rowsPerStep)));
        return positions;
    }

    /** {@code aviation 0.7, fineweb 0.3; from step 3500 aviation 0.5, fineweb 0.5}. */
    @Override
    public String toString() {
        List<String> names = names();
        return weights.stream()
                .map(phase -> {
                    List<String> each = new ArrayList<>();
                    for (int i = 0; i < names.size(); i++) {
                        each.add(names.get(i) + " " + phase.values().get(i));
                    }
                    return (phase.fromStep() == 0 ? "" : "from step " + phase.fromStep() + " ")
                            + String.join(", ", each);
                })
                .collect(Collectors.joining("; "));
    }

    /** Builds a {@link Mixture}. Required: at least one {@link #source}. */
    public static final class Builder {
        private final List<Source> sources = new ArrayList<>();
        private final List<Double> first = new ArrayList<>();
        private final List<Weights> later = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a table, as a data set's {@code train.bin}.
         *
         * @param name how metrics, checkpoints and messages call it; unlike the others'
         * @param weight its share, against the other sources' weights; 0 for one that has none yet, or no more. Counted to
         *     one in 10,000 of their sum
         */
        public Builder source(String name, RowTable table, double weight) {
            return add(new Source(name, table, null), weight);
        }

        /**
         * Adds a stream.
         *
         * @param name how metrics, checkpoints and messages call it; unlike the others'
         * @param weight its share, against the other sources' weights; 0 for one that has none yet, or no more. Counted to
         *     one in 10,000 of their sum
         */
        public Builder source(String name, TokenStream stream, double weight) {
            return add(new Source(name, null, stream), weight);
        }

        private Builder add(Source source, double weight) {
            sources.add(source);
            first.add(weight);
            return this;
        }

        /**
         * Other weights from a step on. A run that goes on from a checkpoint may change those of the steps to come; those
         * of the steps done must stay as they were.
         *
         * @param step later than that of the call before
         * @param weights one per source, in the order of the sources
         */
        public Builder from(long step, double... weights) {
            later.add(new Weights(step, Arrays.stream(weights).boxed().toList()));
            return this;
        }

        /**
         * Checks that names and numbers fit together.
         *
         * @throws IllegalArgumentException if not
         */
        public Mixture build() {
            Set<String> names = new LinkedHashSet<>();
            for (Source source : sources) {
                if (source.name.isBlank() || !names.add(source.name)) {
                    throw new IllegalArgumentException("A source needs a name of its own, not '" + source.name + "'");
                }
            }
            List<Weights> all = new ArrayList<>();
            all.add(new Weights(0, List.copyOf(first)));
            all.addAll(later);
            for (int i = 0; i < all.size(); i++) {
                Weights phase = all.get(i);
                if (i > 0 && phase.fromStep() <= all.get(i - 1).fromStep()) {
                    throw new IllegalArgumentException("Weights from step " + phase.fromStep()
                            + " on cannot follow weights from step "
                            + all.get(i - 1).fromStep() + " on: steps must rise");
                }
                requireWeights(phase.values());
            }
            Mixture mixture = new Mixture(sources, all);
            mixture.schedule(1); // refuses weights that are too small to count
            return mixture;
        }

        private void requireWeights(List<Double> weights) {
            if (weights.size() != sources.size()) {
                throw new IllegalArgumentException(
                        "There are " + sources.size() + " sources, but " + weights.size() + " weights: " + weights);
            }
            if (!weights.stream().allMatch(weight -> weight >= 0 && !weight.isInfinite())
                    || weights.stream().mapToDouble(Double::doubleValue).sum() <= 0) {
                throw new IllegalArgumentException(
                        "Weights must be 0 or more, and one of them more than 0, not " + weights);
            }
        }
    }
}
