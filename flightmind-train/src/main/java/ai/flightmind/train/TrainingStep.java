package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.StepClock.Phase;
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
     * @param clock where its time went
     */
    record Outcome(
            double loss,
            double gradientNorm,
            boolean skipped,
            long targets,
            Map<String, List<Long>> positions,
            StepClock clock) {}

    private final Gpt model;
    private final TrainerSettings settings;
    private final StepRows data;
    private final StepPlan plan;
    private final StepPlan.Share share;
    private final AdamW optimizer;
    private final Gradients gradients;
    private final World world;
    private final GradientReducer reducer;
    private final Runnable beforeUpdate;
    private final OutOfMemory outOfMemory;
    private boolean updating;

    /** @param beforeUpdate what weights and moments have to stay as they are for */
    TrainingStep(
            TrainerSettings settings,
            StepRows data,
            AdamW optimizer,
            World world,
            GradientReducer reducer,
            Runnable beforeUpdate) {
        this.model = settings.model();
        this.settings = settings;
        this.data = data;
        this.plan = settings.plan();
        this.share = plan.share(world.rank(), world.size());
        this.optimizer = optimizer;
        this.gradients = new Gradients(model.trainedParameters().values());
        this.world = world;
        this.reducer = reducer;
        this.beforeUpdate = beforeUpdate;
        this.outOfMemory = new OutOfMemory(settings);
    }

    /**
     * Makes it.
     *
     * @throws ai.flightmind.train.error.OutOfMemoryException if memory does not suffice; weights and moments are those
     *     before the step
     */
    Outcome run(long step, double learningRate) {
        updating = false;
        try {
            return accumulateAndUpdate(step, learningRate);
        } catch (RuntimeException e) {
            throw updating ? e : outOfMemory.explained(e, world.where());
        }
    }

    private Outcome accumulateAndUpdate(long step, double learningRate) {
        StepClock clock = new StepClock(model.device(), settings.phasesMeasured());
        try (PointerScope scope = new PointerScope()) {
            Tensor lossSum = torch.zeros(
                    new long[] {},
                    new TensorOptions(ScalarType.Double)
                            .device(new DeviceOptional(model.device().toTorch())));
            long targets = data.targets(step);
            double mean = 1.0 / targets; // the one place where the loss becomes a mean
            for (int micro = 0; micro < share.microBatches(); micro++) {
                try (PointerScope microScope = new PointerScope()) {
                    world.at("step " + step);
                    clock.endOf(Phase.REST);
                    Batch batch = batch(step, micro);
                    clock.endOf(Phase.DATA);
                    reducer.beforeMicroBatch(micro == share.microBatches() - 1);
                    clock.endOf(Phase.REST);
                    lossSum.add_(model.accumulateGradients(
                            batch.inputs(), batch.targets(), mean * reducer.scale(), settings.precision(), clock));
                    clock.endOf(Phase.BACKWARD);
                }
            }
            double[] ownPositions = data.report(); // may fail, so it comes before anything has changed
            clock.endOf(Phase.DATA);
            Tensor lossAndNorm = agreed(lossSum.mul(new Scalar(mean)), clock);
            beforeUpdate.run();
            clock.endOf(Phase.REST);
            updating = true;
            update(lossAndNorm, learningRate);
            clock.endOf(Phase.OPTIMIZER);
            Map<String, List<Long>> positions = data.positions(world.sum(ownPositions));
            clock.endOf(ofOtherRanks());
            double[] numbers = read(lossAndNorm);
            clock.endOf(Phase.OPTIMIZER);
            if (world.size() > 1) {
                clock.exposed(reducer.exposedNanos());
            }
            double loss = numbers[0];
            double norm = numbers[1];
            boolean skipped = !Double.isFinite(loss) || !Double.isFinite(norm);
            return new Outcome(loss, norm, skipped, targets, positions, clock);
        } finally {
            reducer.clearGradients(share.microBatches());
        }
    }

    /** What the ranks agree on: loss and norm (2), float64, on the device. */
    private Tensor agreed(Tensor ownLoss, StepClock clock) {
        // The norm is rank 0's: another kind of processor may round the same gradients' differently.
        Tensor ownNorm = world.first() ? gradients.norm().to(ScalarType.Double) : torch.zeros_like(ownLoss);
        Tensor both = torch.stack(new TensorVector(ownLoss, ownNorm));
        clock.endOf(Phase.OPTIMIZER);
        world.sum(both);
        clock.endOf(ofOtherRanks());
        return both;
    }

    /** Enqueues it, whatever loss and norm turn out to be: the device goes on while nobody has seen them yet. */
    private void update(Tensor lossAndNorm, double learningRate) {
        Tensor norm = lossAndNorm.select(0, 1).to(ScalarType.Float);
        optimizer.step(learningRate, Clipping.of(lossAndNorm.select(0, 0), norm, settings.gradientClip()));
    }

    /** The one place in a step that waits for the device. */
    private static double[] read(Tensor lossAndNorm) {
        double[] numbers = new double[2];
        new DoublePointer(lossAndNorm.cpu().data_ptr()).get(numbers);
        return numbers;
    }

    private Phase ofOtherRanks() {
        return world.size() == 1 ? Phase.REST : Phase.REDUCTION;
    }

    private Batch batch(long step, int micro) {
        int done = micro * plan.microBatchSize();
        int size = Math.min(plan.microBatchSize(), share.sequences() - done);
        return Batch.ofRows(data.rows(step, share.from() + done, size), model.device());
    }
}
