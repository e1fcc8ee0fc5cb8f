package ai.flightmind.train;

import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.optimizer.AdamW;

/** One run of a trainer: meets the other ranks, finds the micro-batch, trains, and says why it fails if it does. */
final class TrainingSession {
    private final TrainerSettings settings;
    private final RowOrder order;
    private final StopRequest stop;

    TrainingSession(TrainerSettings settings, RowOrder order, StopRequest stop) {
        this.settings = settings;
        this.order = order;
        this.stop = stop;
    }

    TrainingResult run() {
        Callbacks callbacks =
                Callbacks.of(settings.callbacks(), stop, settings.ddp().rank());
        try (World world = settings.ddp().connect(settings.model().device())) {
            return told(callbacks, world);
        } catch (RuntimeException | Error e) {
            callbacks.error(e);
            throw e;
        }
    }

    /** The other ranks learn from here why this one leaves, while it still can tell them. */
    private TrainingResult told(Callbacks callbacks, World world) {
        try {
            world.requireSame(settings.shared());
            return run(callbacks, world);
        } catch (RuntimeException e) {
            throw world.explain(e);
        }
    }

    private TrainingResult run(Callbacks callbacks, World world) {
        settings.model().fireGradientHooks(world.size() > 1);
        try (AdamW optimizer = optimizer()) {
            TrainerSettings sized = sized(world);
            OutOfMemory outOfMemory = new OutOfMemory(sized);
            outOfMemory.lookAhead();
            try {
                return new ResumedRun(sized, order, stop, callbacks, world, optimizer).run();
            } catch (RuntimeException e) {
                throw outOfMemory.explained(e, world.where());
            }
        }
    }

    private AdamW optimizer() {
        try {
            return new AdamW(settings.model().trainedParameters(), settings.weightDecay());
        } catch (RuntimeException e) {
            throw new OutOfMemory(settings).explainedBeforeOptimizer(e);
        }
    }

    /** Nothing is written or read before. */
    private TrainerSettings sized(World world) {
        if (!settings.microBatch().isAuto()) {
            return settings;
        }
        world.at("finding the micro-batch");
        return settings.withMicroBatchSize(new MicroBatchSearch(settings, StepMemory.of(settings)).agreed(world));
    }
}
