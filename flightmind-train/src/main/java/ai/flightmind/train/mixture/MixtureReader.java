package ai.flightmind.train.mixture;

import ai.flightmind.model.Seed;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.stream.StreamReader;
import ai.flightmind.train.stream.StreamShare;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** One rank's reading of a mixture, step after step, by the thread that trains; streams have threads of their own. */
public final class MixtureReader implements AutoCloseable {
    private final Mixture mixture;
    private final Schedule schedule;
    private final int rowLength;
    private final List<@Nullable SampleOrder> orders = new ArrayList<>(); // of the tables
    private final List<@Nullable StreamReader> readers = new ArrayList<>(); // of the streams

    private MixtureReader(Mixture mixture, int rowsPerStep, int rowLength) {
        this.mixture = mixture;
        this.schedule = mixture.schedule(rowsPerStep);
        this.rowLength = rowLength;
    }

    /**
     * Begins to read.
     *
     * @param share which of the rows are this rank's
     * @param seed what the tables' and streams' order follows from
     * @param from by name, where each source is before the share's first step
     */
    public static MixtureReader open(
            Mixture mixture, StreamShare share, int rowLength, Seed seed, Map<String, List<Long>> from) {
        MixtureReader opened = new MixtureReader(mixture, share.rowsPerStep(), rowLength);
        try {
            for (Mixture.Source source : mixture.sources()) {
                int number = opened.orders.size();
                RowTable table = source.table();
                opened.orders.add(table == null ? null : new SampleOrder(table.rowCount(rowLength), seed));
                Schedule schedule = opened.schedule;
                opened.readers.add(
                        source.stream() == null
                                ? null
                                : source.stream()
                                        .open(
                                                share,
                                                (step, place) -> schedule.count(number, step, place, place + 1) > 0,
                                                rowLength,
                                                seed,
                                                from.getOrDefault(source.name(), List.of())));
            }
            return opened;
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Some of this rank's rows of a step, asked for in order: the first source's first.
     *
     * @param from the first one's place in the step
     * @param count how many
     * @return (count, S), int64, on the CPU, as of {@link RowTable#rows}; it belongs to the caller's scope
     */
    public Tensor rows(long step, int from, int count) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            int rows = schedule.count(i, step, from, from + count);
            SampleOrder order = orders.get(i);
            RowTable table = mixture.sources().get(i).table();
            StreamReader reader = readers.get(i);
            if (rows > 0 && order != null && table != null) {
                parts.add(table.rows(order.rows(schedule.before(i, step, from), rows), rowLength));
            } else if (rows > 0 && reader != null) {
                parts.add(reader.rows(rows));
            }
        }
        return parts.size() == 1 ? parts.get(0) : torch.cat(new TensorVector(parts.toArray(new Tensor[0])), 0);
    }

    /** How many targets all ranks' rows of a step have. */
    public long targets(long step) {
        long targets = 0;
        for (int i = 0; i < orders.size(); i++) {
            int rows = schedule.count(i, step, 0, schedule.rowsPerStep());
            SampleOrder order = orders.get(i);
            RowTable table = mixture.sources().get(i).table();
            targets += order != null && table != null && table.isMasked()
                    ? table.targetCount(order.rows(schedule.before(i, step, 0), rows), rowLength)
                    : rows * (rowLength - 1L);
        }
        return targets;
    }

    /**
     * What this rank knows of the positions after a step, once per step, when its rows are read: added up over the ranks
     * they are what {@link #positions} wants. Each number is told by one rank, the others say 0.
     */
    public double[] report() {
        return readers.stream()
                .filter(reader -> reader != null)
                .flatMapToDouble(reader -> reader.endOfStep().stream().mapToDouble(Long::doubleValue))
                .toArray();
    }

    /**
     * Where each source is, by name; nothing for a table, whose position follows from the step.
     *
     * @param agreed the sums of all ranks' reports; exact, as each number stays below 2^53
     */
    public Map<String, List<Long>> positions(double[] agreed) {
        Map<String, List<Long>> positions = new LinkedHashMap<>();
        int next = 0;
        for (Map.Entry<String, List<Long>> each :
                mixture.start(schedule.rowsPerStep()).entrySet()) {
            List<Long> numbers = new ArrayList<>();
            while (numbers.size() < each.getValue().size()) {
                numbers.add((long) agreed[next++]);
            }
            positions.put(each.getKey(), List.copyOf(numbers));
        }
        return positions;
    }

    @Override
    public void close() {
        readers.forEach(reader -> {
            if (reader != null) {
                reader.close();
            }
        });
    }
}
