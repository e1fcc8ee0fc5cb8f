package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.distributed.GradientReducer;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.error.CallbackException;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** One run of a trainer: meets the other ranks, resumes, trains, and gives everything back, also when it fails. */
final class TrainingSession {
    private final TrainerSettings settings;
    private final RowOrder order;
    private final StopRequest stop;
    private final SampleRange samples;

    TrainingSession(TrainerSettings settings, RowOrder order, StopRequest stop) {
        this.settings = settings;
        this.order = order;
        this.stop = stop;
        this.samples = settings.samples();
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
        Gpt model = settings.model();
        Checkpoints policy = world.first() ? settings.checkpoints() : null;
        try (AdamW optimizer = new AdamW(model.trainedParameters(), settings.weightDecay());
                CheckpointStore store = policy == null ? null : CheckpointStore.open(policy)) {
            CheckpointSaver saver = policy == null || store == null
                    ? null
                    : new CheckpointSaver(policy, store, model, optimizer, samples, callbacks);
            torch.manual_seed(settings.seed().value()); // what a checkpoint restores, a new run begins with
            world.at("resuming");
            Optional<Path> resumed = world.first() ? resumeFile(store) : Optional.empty();
            RunState state = shared(world, optimizer, resumed.map(file -> read(file, optimizer)));
            try (GradientReducer reducer = world.reducer(model.trainedParameters())) {
                TrainingLoop loop = loop(world, reducer, optimizer, saver, callbacks, state);
                callbacks.start(describe(world, state, resumed));
                return run(loop, callbacks);
            }
        }
    }

    private RunState read(Path file, AdamW optimizer) {
        return CheckpointReader.read(file, settings.model(), optimizer, samples);
    }

    /** Weights, moments and position are rank 0's: the others may not even see its disk. */
    private RunState shared(World world, AdamW optimizer, Optional<RunState> read) {
        RunState state = read.orElse(RunState.start());
        double[] agreed = world.sum(world.first() ? state.toNumbers() : new double[RunState.NUMBERS]);
        Gpt model = settings.model();
        List<Tensor> tensors = new ArrayList<>(model.parameters().values());
        model.adapter().ifPresent(adapter -> tensors.addAll(adapter.parameters().values()));
        RunState shared = RunState.ofNumbers(agreed);
        if (shared.nextStep() > 0) {
            optimizer
                    .groups()
                    .forEach(group -> group.slots()
                            .forEach(slot -> tensors.addAll(List.of(slot.steps(), slot.mean(), slot.square()))));
        }
        world.broadcast(tensors);
        return shared;
    }

    /** A launcher that starts a run again means that run to go on, not another one whose files lie there. */
    private Optional<Path> resumeFile(@Nullable CheckpointStore store) {
        Resume resume = settings.resume();
        if (settings.ddp().restarts() > 0 && store != null && !(resume instanceof Resume.Latest)) {
            Optional<Path> ours = settings.ddp().launchedAt().flatMap(store::newestSoundSince);
            if (ours.isPresent()) {
                return ours;
            }
        }
        if (resume instanceof Resume.From from) {
            return Optional.of(from.file());
        }
        if (resume instanceof Resume.Latest && store != null) {
            return store.newestSound();
        }
        if (store != null) {
            store.requireNoCheckpoints();
        }
        return Optional.empty();
    }

    private static TrainingResult run(TrainingLoop loop, Callbacks callbacks) {
        try {
            TrainingResult result = loop.run();
            callbacks.end(result);
            return result;
        } catch (CallbackException e) {
            saveDespite(e, loop);
            throw e;
        }
    }

    private static void saveDespite(CallbackException failure, TrainingLoop loop) {
        try {
            loop.save(true);
        } catch (TrainingException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private TrainingLoop loop(
            World world,
            GradientReducer reducer,
            AdamW optimizer,
            @Nullable CheckpointSaver saver,
            Callbacks callbacks,
            RunState state) {
        TrainingStep step = new TrainingStep(settings, order, optimizer, world, reducer);
        Evaluator evaluator = settings.evaluateEvery() == null ? null : new Evaluator(settings, world);
        return new TrainingLoop(settings, step, flopsPerTokenAtPeak(), evaluator, saver, callbacks, world, stop, state);
    }

    /** Of all ranks' devices together. */
    private OptionalDouble flopsPerTokenAtPeak() {
        Gpt model = settings.model();
        OptionalDouble peak = PeakFlops.of(model.device().hardwareName(), settings.precision());
        double flops = model.flopsPerToken(settings.plan().sequenceLength());
        return peak.isPresent()
                ? OptionalDouble.of(flops / (peak.getAsDouble() * settings.ddp().worldSize()))
                : OptionalDouble.empty();
    }

    private RunStart describe(World world, RunState state, Optional<Path> resumed) {
        StepPlan plan = settings.plan();
        return new RunStart(
                settings.model().config(),
                settings.model().device(),
                settings.precision(),
                world.rank(),
                world.size(),
                state.nextStep(),
                settings.maxSteps(),
                plan.microBatchSize(),
                plan.share(world.rank(), world.size()).microBatches(),
                plan.targetsPerStep(),
                samples.trainSequences(),
                samples.sequenceLength(),
                resumed,
                settings.hyperparameters());
    }
}
