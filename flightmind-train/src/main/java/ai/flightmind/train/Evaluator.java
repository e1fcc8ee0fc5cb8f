package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.distributed.World;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;

/**
 * The loss on validation sequences that stay the same for the whole run, so that two evaluations differ by the model
 * alone: the first ones of the order that the seed gives, or all where there are fewer. The ranks share them.
 */
final class Evaluator {
    private final TrainerSettings settings;
    private final World world;
    private final long[] rows;

    Evaluator(TrainerSettings settings, World world) {
        this.settings = settings;
        this.world = world;
        long available = settings.validation().rowCount(settings.plan().sequenceLength());
        long wanted = settings.evaluationSequences();
        this.rows = new SampleOrder(available, settings.seed()).rows(0, Math.toIntExact(Math.min(wanted, available)));
    }

    /** Over all ranks. */
    int sequences() {
        return rows.length;
    }

    /** The mean over all targets, in nats; the same on all ranks. */
    double loss() {
        Gpt model = settings.model();
        RowTable validation = settings.validation();
        int microBatchSize = settings.plan().microBatchSize();
        int end = (int) ((long) rows.length * (world.rank() + 1) / world.size());
        double sum = 0;
        double targets = 0;
        for (int from = (int) ((long) rows.length * world.rank() / world.size()); from < end; from += microBatchSize) {
            long[] some = Arrays.copyOfRange(rows, from, Math.min(end, from + microBatchSize));
            try (PointerScope scope = new PointerScope()) {
                Batch batch = Batch.ofRows(validation.rows(some, settings.plan().sequenceLength()), model.device());
                sum += model.lossSum(batch.inputs(), batch.targets(), settings.precision())
                        .item_double();
                targets += validation.targetCount(some, settings.plan().sequenceLength());
            }
        }
        double[] all = world.sum(sum, targets);
        return all[0] / all[1];
    }
}
