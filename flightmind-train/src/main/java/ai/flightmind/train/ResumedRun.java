package ai.flightmind.train;

import ai.flightmind.model.AttentionKernel;
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
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.error.OutOfMemoryException;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.train.mixture.MixtureReader;
import ai.flightmind.train.optimizer.AdamW;
import ai.flightmind.train.stream.StreamShare;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run among its ranks: goes on from a checkpoint where there is one, trains, saves, and gives everything back. */
final class ResumedRun {
    private static final Logger log = LoggerFactory.getLogger(ResumedRun.class);

    private final TrainerSettings settings;
    private final RowOrder order;
    private final StopRequest stop;
    private final Callbacks callbacks;
    private final World world;
    private final AdamW optimizer;
    private final SampleRange samples;

    ResumedRun(
            TrainerSettings settings,
            RowOrder order,
            StopRequest stop,
            Callbacks callbacks,
            World world,
            AdamW optimizer) {
        this.settings = settings;
        this.order = order;
        this.stop = stop;
        this.callbacks = callbacks;
        this.world = world;
        this.optimizer = optimizer;
        this.samples = settings.samples();
    }

    TrainingResult run() {
        Gpt model = settings.model();
        Checkpoints policy = world.first() ? settings.checkpoints() : null;
        try (CheckpointStore store = policy == null ? null : CheckpointStore.open(policy);
                CheckpointSaver saver = policy == null || store == null
                        ? null
                        : new CheckpointSaver(policy, store, model, optimizer, samples, callbacks)) {
            torch.manual_seed(settings.seed().value()); // what a checkpoint restores, a new run begins with
            world.at("resuming");
            Optional<Path> resumed = world.first() ? resumeFile(store) : Optional.empty();
            RunState state = shared(resumed.map(this::read));
            warnOfRepetition();
            warnOfSlowAttention();
            try (StepRows data = rows(state);
                    GradientReducer reducer = world.reducer(model.trainedParameters())) {
                Runnable beforeUpdate = saver == null ? () -> {} : saver::beforeUpdate;
                TrainingStep step = new TrainingStep(settings, data, optimizer, world, reducer, beforeUpdate);
                TrainingLoop loop = loop(step, saver, state);
                callbacks.start(describe(state, resumed));
                return run(loop);
            }
        }
    }

    private StepRows rows(RunState state) {
        StepPlan plan = settings.plan();
        StepPlan.Share share = plan.share(world.rank(), world.size());
        return settings.train()
                .onlyTable()
                .map(table -> StepRows.of(table, order, plan))
                .orElseGet(() -> StepRows.of(MixtureReader.open(
                        settings.train(),
                        new StreamShare(
                                plan.sequencesPerStep(),
                                share.from(),
                                share.from() + share.sequences(),
                                state.nextStep(),
                                settings.maxSteps()),
                        plan.sequenceLength(),
                        settings.seed(),
                        state.positions())));
    }

    private void warnOfRepetition() {
        StepPlan plan = settings.plan();
        Map<String, Long> drawn = settings.train().rowsBefore(settings.maxSteps(), plan.sequencesPerStep());
        settings.train().rowCounts(plan.sequenceLength()).forEach((name, held) -> {
            double epochs = (double) drawn.getOrDefault(name, 0L) / held.orElse(Long.MAX_VALUE);
            if (world.first() && epochs > settings.warnAboveEpochs()) {
                log.warn(
                        "The {} sequences of {} will be read {} times over this run of {} steps. A model overfits on data"
                                + " that it sees often: take more data, a smaller share of it, or fewer steps.",
                        held.orElse(0),
                        name,
                        String.format(Locale.ROOT, "%.1f", epochs),
                        settings.maxSteps());
            }
        });
    }

    private void warnOfSlowAttention() {
        Gpt model = settings.model();
        if (world.first() && model.device().isCuda() && settings.attentionKernel() == AttentionKernel.MATH) {
            log.warn(
                    "Attention on {} ({}) in {} falls back to libtorch's plain kernel, which keeps the whole scores of"
                            + " every head and is many times slower than the others. Flash attention takes bfloat16, on"
                            + " GPUs of compute capability 8.0 (Ampere) and newer; the memory-efficient kernel takes"
                            + " float32 and older GPUs, too, but a GPU that the natives hold no code for (below 7.5) has"
                            + " neither.",
                    model.device(),
                    model.device().hardwareName(),
                    settings.precision());
        }
    }

    private RunState read(Path file) {
        return CheckpointReader.read(file, settings.model(), optimizer, samples);
    }

    /** Weights, moments and position are rank 0's: the others may not even see its disk. */
    private RunState shared(Optional<RunState> read) {
        RunState start = RunState.start(
                samples.sources().isEmpty() ? Map.of() : settings.train().start(samples.sequencesPerStep()));
        double[] ours = read.orElse(start).toNumbers();
        double[] agreed = world.sum(world.first() ? ours : new double[ours.length]);
        Gpt model = settings.model();
        List<Tensor> tensors = new ArrayList<>(model.parameters().values());
        model.adapter().ifPresent(adapter -> tensors.addAll(adapter.parameters().values()));
        RunState shared = RunState.ofNumbers(agreed, start);
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

    private TrainingResult run(TrainingLoop loop) {
        try {
            TrainingResult result = loop.run();
            callbacks.end(result);
            return result;
        } catch (CallbackException | DataException | OutOfMemoryException e) {
            saveDespite(e, loop);
            throw e;
        }
    }

    private static void saveDespite(TrainingException failure, TrainingLoop loop) {
        try {
            loop.save(true);
        } catch (RuntimeException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private TrainingLoop loop(TrainingStep step, @Nullable CheckpointSaver saver, RunState state) {
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

    private RunStart describe(RunState state, Optional<Path> resumed) {
        StepPlan plan = settings.plan();
        return new RunStart(
                settings.model().config(),
                settings.model().device(),
                settings.precision(),
                settings.attentionKernel(),
                world.rank(),
                world.size(),
                state.nextStep(),
                settings.maxSteps(),
                plan.microBatchSize(),
                plan.share(world.rank(), world.size()).microBatches(),
                plan.targetsPerStep(),
                settings.train().rowCounts(plan.sequenceLength()).values().stream()
                        .mapToLong(rows -> rows.orElse(0))
                        .sum(),
                samples.sequenceLength(),
                resumed,
                settings.hyperparameters());
    }
}
