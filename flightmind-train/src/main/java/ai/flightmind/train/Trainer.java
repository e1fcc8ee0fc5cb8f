package ai.flightmind.train;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.chat.ChatDataset;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.train.mixture.Mixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Pretrains a model on a data set: AdamW, warmup and cosine, gradient accumulation, clipping, evaluation, checkpoints.
 *
 * <p>A trainer runs once, on the thread that calls {@link #run()}; {@link #requestStop} may be called from any thread.
 * SIGTERM, Ctrl-C and an interrupt of the training thread are such requests: the step is finished, a checkpoint written,
 * and {@code run} returns. The model and the data stay the caller's to close.
 *
 * <p>The same program trains on several GPUs when it is started once for each of them, by {@link
 * ai.flightmind.train.distributed.Launch} or torchrun: see {@link Builder#distributed}.
 */
public final class Trainer implements AutoCloseable {
    private final TrainerSettings settings;
    private final StopRequest stop = new StopRequest();
    private final AtomicBoolean started = new AtomicBoolean();
    private @Nullable StopOnShutdown shutdown;

    private Trainer(TrainerSettings settings) {
        this.settings = settings;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains to the last step, or until a stop is asked for.
     *
     * @throws TrainingException if a checkpoint cannot be resumed from or the last one not written, a callback fails,
     *     too many steps in a row are not finite, memory runs out, or another rank is gone
     */
    public TrainingResult run() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("A trainer runs once; build another one to go on");
        }
        StopOnShutdown hook = StopOnShutdown.install(stop);
        shutdown = hook;
        try {
            return new TrainingSession(
                            settings, (from, count) -> settings.order().rows(from, count), stop)
                    .run();
        } finally {
            hook.runEnded();
        }
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
        private @Nullable Mixture train;
        private @Nullable RowTable validation;
        private @Nullable Integer sequenceLength;
        private long maxSteps;
        private MicroBatch microBatch = MicroBatch.of(MicroBatch.DEFAULT);
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
        private double warnAboveEpochs = 4;
        private boolean phasesMeasured;
        private final List<TrainingCallback> callbacks = new ArrayList<>();
        private @Nullable Ddp distributed;

        private Builder() {}

        /** What is trained; required. */
        public Builder model(Gpt model) {
            this.model = model;
            return this;
        }

        /** What it is trained and evaluated on; required. */
        public Builder data(TokenDataset data) {
            return data(data.train(), data.validation());
        }

        /** Conversations in place of texts, of which only the assistant's tokens are learned; their rows' length is taken, too. */
        public Builder data(ChatDataset data) {
            return data(data.train(), data.validation())
                    .sequenceLength(data.train().rowLength());
        }

        /** What it is trained on, and what it is evaluated on. */
        public Builder data(RowTable train, RowTable validation) {
            return data(Mixture.of("train", train), validation);
        }

        /** What it is trained on, from several sources or a stream, and what it is evaluated on. */
        public Builder data(Mixture train, RowTable validation) {
            this.train = train;
            this.validation = validation;
            return this;
        }

        /**
         * How often a source may be read over the whole run before a warning at its start says so; default 4. Data that is
         * seen more often teaches a model little but itself (Muennighoff et al., "Scaling Data-Constrained Language Models",
         * 2023).
         */
        public Builder warnAboveEpochs(double epochs) {
            if (!(epochs > 0)) {
                throw new IllegalArgumentException("warnAboveEpochs must be positive, not " + epochs);
            }
            this.warnAboveEpochs = epochs;
            return this;
        }

        /** Tokens per row, at most the model's sequence length, which is the default. */
        public Builder sequenceLength(int tokens) {
            this.sequenceLength = tokens;
            return this;
        }

        /** At which step the run, over all its processes, is complete; required. */
        public Builder maxSteps(long maxSteps) {
            this.maxSteps = maxSteps;
            return this;
        }

        /** Sequences per forward and backward pass, at least 1; default 8. */
        public Builder microBatchSize(int sequences) {
            return microBatchSize(MicroBatch.of(sequences));
        }

        /**
         * How many sequences go through the model at once: a number, or {@link MicroBatch#auto()} for the largest that fits.
         * What is found depends on the memory that is free, and another size rounds otherwise: a run that is to be repeated to
         * the last bit names a number.
         */
        public Builder microBatchSize(MicroBatch microBatch) {
            this.microBatch = microBatch;
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

        /**
         * How often to evaluate, and after the last step, and on how much; default: never. With {@link MicroBatch#auto()} a
         * batch has 8 sequences.
         */
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

        /**
         * Whether {@link ai.flightmind.train.callback.Step#phases} is measured on a GPU, too; default false. It has the
         * program wait for the GPU at the end of each phase, which costs a little speed. On the CPU it is always measured.
         */
        public Builder measurePhases(boolean measured) {
            this.phasesMeasured = measured;
            return this;
        }

        /**
         * Which of several processes this is; default {@link Ddp#fromEnvironment()}, a process alone where no launcher set
         * anything. A step's sequences are shared out among the ranks: what is learned does not depend on their number.
         */
        public Builder distributed(Ddp distributed) {
            this.distributed = distributed;
            return this;
        }

        /** Adds one; they are told in the order of adding, on rank 0 unless they ask for every rank. */
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
            TrainerSettings checked = settings();
            checked.requireDataForTheModel();
            return new Trainer(checked);
        }

        TrainerSettings settings() {
            if (model == null || train == null || validation == null) {
                throw new IllegalArgumentException("A trainer needs a model and data");
            }
            int longest = model.config().sequenceLength();
            int length = sequenceLength == null ? longest : sequenceLength;
            if (length < 2 || length > longest) {
                throw new IllegalArgumentException(
                        "sequenceLength must be from 2 to the model's " + longest + ", not " + length);
            }
            Precision chosen = precision;
            if (chosen == null) {
                chosen = model.device().isCuda() ? Precision.BF16 : Precision.FP32;
            }
            return new TrainerSettings(
                    model,
                    train,
                    validation,
                    maxSteps,
                    StepPlan.of(tokensPerStep, microBatch, length),
                    microBatch,
                    learningRate,
                    weightDecay,
                    gradientClip,
                    chosen,
                    checkpoints,
                    resume,
                    evaluateEvery,
                    evaluationBatches,
                    seed,
                    maxNonFiniteSteps,
                    warnAboveEpochs,
                    phasesMeasured,
                    callbacks,
                    distributed == null ? Ddp.fromEnvironment() : distributed);
        }
    }
}
