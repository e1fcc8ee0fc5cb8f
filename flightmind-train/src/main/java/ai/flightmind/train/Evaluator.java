package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.data.TokenFile;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;

/**
 * The loss on validation sequences that stay the same for the whole run, so that two evaluations differ by the model
 * alone: the first ones of the order that the seed gives, or all where there are fewer.
 */
final class Evaluator {
    private final Gpt model;
    private final Precision precision;
    private final TokenFile validation;
    private final int microBatchSize;
    private final int sequenceLength;
    private final long[] rows;

    Evaluator(Gpt model, Precision precision, TokenFile validation, int microBatchSize, Batches batches, Seed seed) {
        this.model = model;
        this.precision = precision;
        this.validation = validation;
        this.microBatchSize = microBatchSize;
        this.sequenceLength = model.config().sequenceLength();
        long available = validation.rowCount(sequenceLength);
        long wanted = (long) batches.count() * microBatchSize;
        this.rows = new SampleOrder(available, seed).rows(0, Math.toIntExact(Math.min(wanted, available)));
    }

    int sequences() {
        return rows.length;
    }

    /** The mean over all targets, in nats. */
    double loss() {
        double sum = 0;
        long targets = 0;
        for (int from = 0; from < rows.length; from += microBatchSize) {
            long[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + microBatchSize));
            try (PointerScope scope = new PointerScope()) {
                Batch batch = Batch.ofRows(validation.rows(some, sequenceLength), model.device());
                sum += model.lossSum(batch.inputs(), batch.targets(), precision).item_double();
                targets += batch.targetCount();
            }
        }
        return sum / targets;
    }
}
