package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.distributed.GradientReducer;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.optimizer.AdamW;
import ai.flightmind.train.optimizer.Clipping;
import ai.flightmind.train.optimizer.Gradients;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One step: accumulate the gradients of this rank's micro-batches, averaged over ranks, clip, update. */
final class TrainingStep {
    /**
     * What came of it, the same on all ranks but for the times.
     *
     * @param loss the mean over the step's targets, in nats
     * @param gradientNorm before clipping
     * @param skipped whether weights and moments were left as they were, because one of the two is not finite
     * @param targets of all ranks
     * @param positions where the sources of data are after the step
     * @param dataNanos time spent on reading rows
     * @param communicationNanos time spent waiting for other ranks
     */
    record Outcome(
            double loss,
            double gradientNorm,
            boolean skipped,
            long targets,
            Map<String, List<Long>> positions,
            long dataNanos,
            long communicationNanos) {}

    private final Gpt model;
    private final TrainerSettings settings;
    private final StepRows data;
    private final StepPlan plan;
    private final StepPlan.Share share;
    private final AdamW optimizer;
    private final Gradients gradients;
    private final World world;
    private final GradientReducer reducer;

    TrainingStep(TrainerSettings settings, StepRows data, AdamW optimizer, World world, GradientReducer reducer) {
        this.model = settings.model();
        this.settings = settings;
        this.data = data;
        this.plan = settings.plan();
        this.share = plan.share(world.rank(), world.size());
        this.optimizer = optimizer;
        this.gradients = new Gradients(model.trainedParameters().values());
        this.world = world;
        this.reducer = reducer;
    }

    Outcome run(long step, double learningRate) {
        try (PointerScope scope = new PointerScope()) {
            Tensor lossSum = torch.zeros(
                    new long[] {},
                    new TensorOptions(ScalarType.Double)
                            .device(new DeviceOptional(model.device().toTorch())));
            long targets = data.targets(step);
            double mean = 1.0 / targets; // the one place where the loss becomes a mean
            long dataNanos = 0;
            for (int micro = 0; micro < share.microBatches(); micro++) {
                try (PointerScope microScope = new PointerScope()) {
                    world.at("step " + step);
                    long begin = System.nanoTime();
                    Batch batch = batch(step, micro);
                    dataNanos += System.nanoTime() - begin;
                    reducer.beforeMicroBatch(micro == share.microBatches() - 1);
                    lossSum.add_(model.accumulateGradients(
                            batch.inputs(), batch.targets(), mean * reducer.scale(), settings.precision()));
                }
            }
            long begin = System.nanoTime();
            double[] ownPositions = data.report(); // may fail, so it comes before anything has changed
            dataNanos += System.nanoTime() - begin;
            Agreed agreed = update(lossSum.mul(new Scalar(mean)), learningRate);
            begin = System.nanoTime();
            Map<String, List<Long>> positions = data.positions(world.sum(ownPositions));
            long communicationNanos = agreed.nanos() + System.nanoTime() - begin;
            double[] numbers = agreed.read();
            double loss = numbers[0];
            double norm = numbers[1];
            return new Outcome(
                    loss,
                    norm,
                    !Double.isFinite(loss) || !Double.isFinite(norm),
                    targets,
                    positions,
                    dataNanos,
                    world.size() == 1 ? 0 : communicationNanos + reducer.exposedNanos());
        } finally {
            reducer.clearGradients(share.microBatches());
        }
    }

    /** Enqueues it, whatever the loss and the norm turn out to be: the device goes on while nobody has seen them yet. */
    private Agreed update(Tensor ownLoss, double learningRate) {
        // The norm is rank 0's: another kind of processor may round the same gradients' differently.
        Tensor ownNorm = world.first() ? gradients.norm().to(ScalarType.Double) : torch.zeros_like(ownLoss);
        Tensor both = torch.stack(new TensorVector(ownLoss, ownNorm));
        long begin = System.nanoTime();
        world.sum(both);
        long nanos = System.nanoTime() - begin;
        Tensor norm = both.select(0, 1).to(ScalarType.Float);
        optimizer.step(learningRate, Clipping.of(both.select(0, 0), norm, settings.gradientClip()));
        return new Agreed(both, nanos);
    }

    /**
     * What the ranks agree on.
     *
     * @param lossAndNorm (2), float64, on the device
     * @param nanos time spent on agreeing
     */
    private record Agreed(Tensor lossAndNorm, long nanos) {
        /** The one place in a step that waits for the device. */
        double[] read() {
            double[] numbers = new double[2];
            new DoublePointer(lossAndNorm.cpu().data_ptr()).get(numbers);
            return numbers;
        }
    }

    private Batch batch(long step, int micro) {
        int done = micro * plan.microBatchSize();
        int size = Math.min(plan.microBatchSize(), share.sequences() - done);
        return Batch.ofRows(data.rows(step, share.from() + done, size), model.device());
    }
}
