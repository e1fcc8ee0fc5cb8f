package ai.flightmind.train;

import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.mixture.MixtureReader;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Where this rank's rows of each step come from. */
interface StepRows extends AutoCloseable {
    /**
     * Some of them, asked for in order.
     *
     * @param from the first one's place in the step
     * @return (count, S), int64, on the CPU; it belongs to the caller's scope
     */
    Tensor rows(long step, int from, int count);

    /** Over all ranks, which need not ask each other: what a step reads is a function of the step. */
    long targets(long step);

    /** This rank's part of the sources' positions after a step, once all its rows of it were read; to be added up. */
    double[] report();

    /** The sources' positions from all ranks' reports. */
    Map<String, List<Long>> positions(double[] agreed);

    @Override
    void close();

    /** Rows of a table, whose position follows from the step. */
    static StepRows of(RowTable table, RowOrder order, StepPlan plan) {
        return new StepRows() {
            @Override
            public Tensor rows(long step, int from, int count) {
                return table.rows(order.rows(step * plan.sequencesPerStep() + from, count), plan.sequenceLength());
            }

            @Override
            public long targets(long step) {
                if (!table.isMasked()) {
                    return plan.targetsPerStep();
                }
                long[] rows = order.rows(step * plan.sequencesPerStep(), plan.sequencesPerStep());
                return table.targetCount(rows, plan.sequenceLength());
            }

            @Override
            public double[] report() {
                return new double[0];
            }

            @Override
            public Map<String, List<Long>> positions(double[] agreed) {
                return Map.of();
            }

            @Override
            public void close() {}
        };
    }

    /** Rows of a mixture. */
    static StepRows of(MixtureReader reader) {
        return new StepRows() {
            @Override
            public Tensor rows(long step, int from, int count) {
                return reader.rows(step, from, count);
            }

            @Override
            public long targets(long step) {
                return reader.targets(step);
            }

            @Override
            public double[] report() {
                return reader.report();
            }

            @Override
            public Map<String, List<Long>> positions(double[] agreed) {
                return reader.positions(agreed);
            }

            @Override
            public void close() {
                reader.close();
            }
        };
    }
}
