package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.CallbackException;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Pretrains a model on a data set: AdamW, warmup and cosine, gradient accumulation, clipping, evaluation, checkpoints.
 *
 * <p>A trainer runs once, on the thread that calls {@link #run()}; {@link #requestStop} may be called from any thread.
 * SIGTERM, Ctrl-C and an interrupt of the training thread are such requests: the step is finished, a checkpoint written,
 * and {@code run} returns. The model and the data stay the caller's to close.
 */
public final class Trainer implements AutoCloseable {
    private final Builder settings;
    private final StepPlan plan;
    private final Precision precision;
    private final SampleRange samples;
    private final StopRequest stop = new StopRequest();
    private final AtomicBoolean started = new AtomicBoolean();
    private @Nullable StopOnShutdown shutdown;

    private Trainer(Builder settings, StepPlan plan, Precision precision, SampleRange samples) {
        this.settings = settings;
        this.plan = plan;
        this.precision = precision;
        this.samples = samples;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains to the last step, or until a stop is asked for.
     *
     * @throws TrainingException if a checkpoint cannot be resumed from or the last one not written, a callback fails, or
     *     too many steps in a row are not finite
     */
    public TrainingResult run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("A trainer runs once; build another one to go on");
        }
        StopOnShutdown hook = StopOnShutdown.install(stop);
        shutdown = hook;
        Checkpoints policy = settings.checkpoints;
        Callbacks callbacks = new Callbacks(settings.callbacks, stop);
        try (AdamW optimizer = new AdamW(settings.model().parameters(), settings.weightDecay);
                CheckpointStore store = policy == null ? null : CheckpointStore.open(policy)) {
            CheckpointSaver saver = policy == null || store == null
                    ? null
                    : new CheckpointSaver(policy, store, settings.model(), optimizer, samples, callbacks);
            return run(optimizer, store, saver, callbacks);
        } catch (RuntimeException | Error e) {
            callbacks.error(e);
            throw e;
        } finally {
            hook.runEnded();
        }
    }

    private TrainingResult run(
            AdamW optimizer, @Nullable CheckpointStore store, @Nullable CheckpointSaver saver, Callbacks callbacks) {
        torch.manual_seed(settings.seed.value()); // what a checkpoint restores, a new run begins with
        Optional<Path> resumed = resumeFile(store);
        RunState state = resumed.map(file -> CheckpointReader.read(file, settings.model(), optimizer, samples))
                .orElse(RunState.start());
        TrainingLoop loop = loop(optimizer, saver, callbacks, state);
        callbacks.start(describe(state, resumed));
        try {
            TrainingResult result = loop.run();
            callbacks.end(result);
            return result;
        } catch (CallbackException e) {
            saveDespite(e, loop);
            throw e;
        }
    }

    private Optional<Path> resumeFile(@Nullable CheckpointStore store) {
        if (settings.resume instanceof Resume.From from) {
            return Optional.of(from.file());
        }
        if (settings.resume instanceof Resume.Latest && store != null) {
            return store.newestSound();
        }
        if (store != null) {
            store.requireNoCheckpoints();
        }
        return Optional.empty();
    }

    private static void saveDespite(CallbackException failure, TrainingLoop loop) {
        try {
            loop.save(true);
        } catch (TrainingException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private TrainingLoop loop(AdamW optimizer, @Nullable CheckpointSaver saver, Callbacks callbacks, RunState state) {
        Gpt model = settings.model();
        TokenDataset data = settings.data();
        SampleOrder order = new SampleOrder(samples.trainSequences(), settings.seed);
        TrainingStep step =
                new TrainingStep(model, precision, data.train(), order::rows, plan, optimizer, settings.gradientClip);
        Evaluator evaluator = settings.evaluateEvery == null
                ? null
                : new Evaluator(
                        model,
                        precision,
                        data.validation(),
                        plan.microBatchSize(),
                        settings.evaluationBatches,
                        settings.seed);
        TrainingLoop.Limits limits = new TrainingLoop.Limits(
                settings.maxSteps, settings.learningRate, settings.maxNonFiniteSteps, flopsPerTokenAtPeak());
        return new TrainingLoop(step, plan, limits, evaluator, settings.evaluateEvery, saver, callbacks, stop, state);
    }

    private OptionalDouble flopsPerTokenAtPeak() {
        OptionalDouble peak = PeakFlops.of(settings.model().device().hardwareName(), precision);
        double flops = settings.model().config().flopsPerToken(plan.sequenceLength());
        return peak.isPresent() ? OptionalDouble.of(flops / peak.getAsDouble()) : OptionalDouble.empty();
    }

    private RunStart describe(RunState state, Optional<Path> resumed) {
        return new RunStart(
                settings.model().config(),
                settings.model().device(),
                precision,
                state.nextStep(),
                settings.maxSteps,
                plan.microBatchSize(),
                plan.gradientAccumulation(),
                plan.targetsPerStep(),
                samples.trainSequences(),
                resumed);
    }

    /** Asks the run to finish its step, save and return. Thread-safe; harmless before and after the run. */
    public void requestStop(String reason) {
        stop.request(reason);
    }

    /** Ends what the run left: after this the process may exit. */
    @Override
    public void close() {
        if (shutdown != null) {
            shutdown.close();
        }
    }

    /**
     * Builds a {@link Trainer}. Required: {@link #model}, {@link #data}, {@link #maxSteps}. Defaults are the original's.
     */
    public static final class Builder {
        private @Nullable Gpt model;
        private @Nullable TokenDataset data;
        private long maxSteps;
        private int microBatchSize = 8;
        private long tokensPerStep = 524_288;
        private LearningRate learningRate = LearningRate.cosine(6e-4, 6e-5);
        private double weightDecay = 0.1;
        private double gradientClip = 1.0;
        private @Nullable Precision precision;
        private @Nullable Checkpoints checkpoints;
        private Resume resume = Resume.never();
        private @Nullable Every evaluateEvery;
        private Batches evaluationBatches = new Batches(20);
        private Seed seed = new Seed(42);
        private int maxNonFiniteSteps = 10;
        private final List<TrainingCallback> callbacks = new ArrayList<>();

        private Builder() {}

        /** What is trained; required. */
        public Builder model(Gpt model) {
            this.model = model;
            return this;
        }

        /** What it is trained on; required. Its rows are as long as the model's sequence length. */
        public Builder data(TokenDataset data) {
            this.data = data;
            return this;
        }

        /** At which step the run, over all its processes, is complete; required. */
        public Builder maxSteps(long maxSteps) {
            this.maxSteps = maxSteps;
            return this;
        }

        /** Sequences per forward and backward pass; default 8. */
        public Builder microBatchSize(int microBatchSize) {
            this.microBatchSize = microBatchSize;
            return this;
        }

        /** Tokens per update, from which gradient accumulation follows; default 524,288. */
        public Builder tokensPerStep(long tokensPerStep) {
            this.tokensPerStep = tokensPerStep;
            return this;
        }

        /** Default: 500 steps of warmup to 6e-4, then a cosine to 6e-5. */
        public Builder learningRate(LearningRate learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /** Decoupled, for matrices only; default 0.1. */
        public Builder weightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        /** The largest norm of all gradients together; infinity for no clipping; default 1.0. */
        public Builder gradientClip(double maxNorm) {
            this.gradientClip = maxNorm;
            return this;
        }

        /** Default: bfloat16 on CUDA, float32 on the CPU. */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /** Where and how often to save; default: nothing is saved. */
        public Builder checkpoints(Checkpoints checkpoints) {
            this.checkpoints = checkpoints;
            return this;
        }

        /** What to begin from; default {@link Resume#never()}. */
        public Builder resume(Resume resume) {
            this.resume = resume;
            return this;
        }

        /** How often to evaluate, and after the last step, and on how much; default: never. */
        public Builder evaluation(Every every, Batches batches) {
            this.evaluateEvery = every;
            this.evaluationBatches = batches;
            return this;
        }

        /** Of the order of samples; default 42. */
        public Builder seed(Seed seed) {
            this.seed = seed;
            return this;
        }

        /** After how many steps in a row without finite numbers the run ends; default 10. */
        public Builder maxNonFiniteSteps(int steps) {
            this.maxNonFiniteSteps = steps;
            return this;
        }

        /** Adds one; they are told in the order of adding. */
        public Builder callback(TrainingCallback callback) {
            this.callbacks.add(callback);
            return this;
        }

        /**
         * Checks everything that can be known before training, which takes one pass over the token files.
         *
         * @throws IllegalArgumentException if a setting is missing or out of its range
         * @throws ai.flightmind.train.error.DataException if the data does not fit the model
         */
        public Trainer build() {
            if (model == null || data == null) {
                throw new IllegalArgumentException("A trainer needs a model and data");
            }
            requirePositive("maxSteps", maxSteps);
            requirePositive("maxNonFiniteSteps", maxNonFiniteSteps);
            if (!(gradientClip > 0)) {
                throw new IllegalArgumentException("gradientClip must be positive, not " + gradientClip);
            }
            if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
                throw new IllegalArgumentException("weightDecay must be 0 or positive, not " + weightDecay);
            }
            GptConfig config = model.config();
            StepPlan plan = StepPlan.of(tokensPerStep, microBatchSize, config.sequenceLength());
            long trainSequences = data.train().rowCount(config.sequenceLength());
            data.train().requireTokensBelow(config.vocabSize());
            if (evaluateEvery != null) {
                data.validation().rowCount(config.sequenceLength());
                data.validation().requireTokensBelow(config.vocabSize());
            }
            SampleRange samples =
                    new SampleRange(seed, plan.sequencesPerStep(), config.sequenceLength(), trainSequences);
            Precision chosen = precision;
            if (chosen == null) {
                chosen = model.device().isCuda() ? Precision.BF16 : Precision.FP32;
            }
            return new Trainer(copy(), plan, chosen, samples);
        }

        private static void requirePositive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, not " + value);
            }
        }

        private Gpt model() {
            return Objects.requireNonNull(model);
        }

        private TokenDataset data() {
            return Objects.requireNonNull(data);
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.model = model;
            copy.data = data;
            copy.maxSteps = maxSteps;
            copy.microBatchSize = microBatchSize;
            copy.tokensPerStep = tokensPerStep;
            copy.learningRate = learningRate;
            copy.weightDecay = weightDecay;
            copy.gradientClip = gradientClip;
            copy.precision = precision;
            copy.checkpoints = checkpoints;
            copy.resume = resume;
            copy.evaluateEvery = evaluateEvery;
            copy.evaluationBatches = evaluationBatches;
            copy.seed = seed;
            copy.maxNonFiniteSteps = maxNonFiniteSteps;
            copy.callbacks.addAll(callbacks);
            return copy;
        }
    }
}
