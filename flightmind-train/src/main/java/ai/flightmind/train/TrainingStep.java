package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.data.TokenFile;
import ai.flightmind.train.optimizer.AdamW;
import ai.flightmind.train.optimizer.Gradients;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One step: accumulate the gradients of its micro-batches, clip, update. */
final class TrainingStep {
    /**
     * What came of it.
     *
     * @param loss the mean over the step's targets, in nats
     * @param gradientNorm before clipping
     * @param skipped whether weights and moments were left as they were, because one of the two is not finite
     * @param dataNanos time spent on reading rows
     */
    record Outcome(double loss, double gradientNorm, boolean skipped, long dataNanos) {}

    private final Gpt model;
    private final Precision precision;
    private final TokenFile train;
    private final RowOrder order;
    private final StepPlan plan;
    private final AdamW optimizer;
    private final Gradients gradients;
    private final double gradientClip;

    TrainingStep(
            Gpt model,
            Precision precision,
            TokenFile train,
            RowOrder order,
            StepPlan plan,
            AdamW optimizer,
            double gradientClip) {
        this.model = model;
        this.precision = precision;
        this.train = train;
        this.order = order;
        this.plan = plan;
        this.optimizer = optimizer;
        this.gradients = new Gradients(model.parameters().values());
        this.gradientClip = gradientClip;
    }

    Outcome run(long step, double learningRate) {
        try (PointerScope scope = new PointerScope()) {
            Tensor lossSum = torch.zeros(
                    new long[] {},
                    new TensorOptions(ScalarType.Double)
                            .device(new org.bytedeco.pytorch.DeviceOptional(
                                    model.device().toTorch())));
            double scale = 1.0 / plan.targetsPerStep(); // the one place where the loss becomes a mean
            long dataNanos = 0;
            for (int micro = 0; micro < plan.gradientAccumulation(); micro++) {
                try (PointerScope microScope = new PointerScope()) {
                    long begin = System.nanoTime();
                    Batch batch = batch(step, micro);
                    dataNanos += System.nanoTime() - begin;
                    lossSum.add_(model.accumulateGradients(batch.inputs(), batch.targets(), scale, precision));
                }
            }
            double loss = lossSum.item_double() * scale;
            float norm = gradients.norm();
            boolean finite = Double.isFinite(loss) && Float.isFinite(norm);
            if (finite) {
                gradients.clip(norm, gradientClip);
                optimizer.step(learningRate);
            }
            return new Outcome(loss, norm, !finite, dataNanos);
        } finally {
            model.clearGradients();
        }
    }

    private Batch batch(long step, int micro) {
        long from = step * plan.sequencesPerStep() + (long) micro * plan.microBatchSize();
        long[] rows = order.rows(from, plan.microBatchSize());
        return Batch.ofRows(train.rows(rows, plan.sequenceLength()), model.device());
    }
}
