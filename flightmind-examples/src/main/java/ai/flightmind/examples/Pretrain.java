package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.MicroBatch;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.EarlyStopping;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.DatasetMeta;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.history.RunLog;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.mixture.Mixture;
import ai.flightmind.train.progress.LiveProgress;
import ai.flightmind.train.tensorboard.TensorBoard;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pretrains a GPT on {@code train.bin} and {@code val.bin}, with the flags of the guide. */
@Command(
        name = "Pretrain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Pretrains a GPT on train.bin and val.bin.")
public final class Pretrain implements Runnable {
    @Option(names = "--data", paramLabel = "DIR", description = "train.bin, val.bin and, if there, meta.json")
    private Path data = Path.of("data/tokenized");

    @Option(
            names = "--checkpoints",
            paramLabel = "DIR",
            description = "where checkpoints, metrics.jsonl, run.jsonl and TensorBoard's event files go")
    private Path checkpoints = Path.of("checkpoints");

    @Option(names = "--resume", paramLabel = "FILE", description = "a checkpoint to go on from, or 'latest'")
    private @Nullable String resume;

    @Option(names = "--depth", description = "layers; width and heads follow from it")
    private int depth = 20;

    @Option(
            names = "--vocab-size",
            description = "default: what meta.json says, else 32768",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer vocabSize;

    @Option(
            names = "--seq-len",
            description = "tokens per sequence; default: meta.json's, else 2048",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer sequenceLength;

    @Option(names = "--max-steps")
    private long maxSteps = 50_000;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "sequences per micro-batch, or 'auto' for as many as fit")
    private String microBatch = "8";

    @Option(names = "--tokens-per-step", description = "tokens per update; gradient accumulation follows")
    private long tokensPerStep = 524_288;

    @Option(names = "--lr")
    private double maxLearningRate = 6e-4;

    @Option(names = "--min-lr")
    private double minLearningRate = 6e-5;

    @Option(names = "--warmup-steps")
    private long warmupSteps = 500;

    @Option(names = "--weight-decay")
    private double weightDecay = 0.1;

    @Option(names = "--grad-clip", description = "largest gradient norm; 0 for no clipping")
    private double gradientClip = 1.0;

    @Option(names = "--log-every", paramLabel = "STEPS")
    private long logEvery = 10;

    @Option(names = "--eval-every", paramLabel = "STEPS")
    private long evalEvery = 500;

    @Option(names = "--eval-steps", paramLabel = "BATCHES", description = "micro-batches per evaluation")
    private int evalSteps = 20;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "end after N evaluations in a row without a new lowest loss; 0 for never")
    private int patience;

    @Option(names = "--checkpoint-every", paramLabel = "STEPS")
    private long checkpointEvery = 1_000;

    @Option(names = "--keep-last", paramLabel = "N", description = "step_N.pt files to keep; 0 for all")
    private int keepLast;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    @Option(names = "--seed", description = "of the weights and of the order of samples")
    private long seed = 42;

    @Mixin
    private final StreamFlags stream = new StreamFlags();

    public static void main(String[] args) {
        System.exit(Commands.execute(new Pretrain(), args));
    }

    @Override
    public void run() {
        compute.setThreads();
        try (TokenDataset dataset = TokenDataset.open(data);
                Gpt model = Gpt.create(config(dataset), compute.device(), seed(seed))) {
            stream.mix(dataset.train(), mixture -> train(model, dataset, mixture));
        }
    }

    private void train(Gpt model, TokenDataset dataset, Mixture mixture) {
        try (Trainer trainer = trainer(model, dataset, mixture)) {
            trainer.run();
        }
    }

    /** What it reads until its end, repeated sequences counted again. */
    long tokens() {
        return maxSteps * tokensPerStep;
    }

    GptConfig config(TokenDataset dataset) {
        GptConfig.Builder config = GptConfig.builder().depth(depth);
        fromMeta(dataset, vocabSize, DatasetMeta::vocabSize).ifPresent(config::vocabSize);
        fromMeta(dataset, sequenceLength, DatasetMeta::sequenceLength).ifPresent(config::sequenceLength);
        return config.build();
    }

    private static Optional<Integer> fromMeta(
            TokenDataset dataset, @Nullable Integer given, Function<DatasetMeta, @Nullable Integer> field) {
        return given != null ? Optional.of(given) : dataset.meta().map(field);
    }

    private Trainer trainer(Gpt model, TokenDataset dataset, Mixture mixture) {
        Path metrics = checkpoints.resolve("metrics.jsonl");
        CostMeter cost = CostMeter.continuing(metrics);
        Trainer.Builder trainer = Trainer.builder()
                .model(model)
                .data(mixture, dataset.validation())
                .maxSteps(maxSteps)
                .microBatchSize(MicroBatch.parse(microBatch))
                .tokensPerStep(tokensPerStep)
                .learningRate(
                        LearningRate.cosine(maxLearningRate, minLearningRate).warmup(warmupSteps))
                .weightDecay(weightDecay)
                .gradientClip(gradientClip == 0 ? Double.POSITIVE_INFINITY : gradientClip)
                .seed(seed(seed))
                .evaluation(every(evalEvery), batches(evalSteps))
                .checkpoints(Checkpoints.in(checkpoints)
                        .every(checkpointEvery)
                        .keepLast(keepLast)
                        .keepBest())
                .resume(resumption())
                .callback(new LiveProgress(logEvery, cost))
                .callback(new MetricsFile(metrics, cost))
                .callback(new RunLog(checkpoints.resolve("run.jsonl"), cost))
                .callback(TensorBoard.builder(checkpoints.resolve("tensorboard"))
                        .cost(cost)
                        .build());
        if (patience > 0) {
            trainer.callback(new EarlyStopping(patience));
        }
        compute.precision().ifPresent(trainer::precision);
        return trainer.build();
    }

    private Resume resumption() {
        if (resume == null) {
            return Resume.never();
        }
        return resume.equals("latest") ? Resume.latest() : Resume.from(Path.of(resume));
    }
}
