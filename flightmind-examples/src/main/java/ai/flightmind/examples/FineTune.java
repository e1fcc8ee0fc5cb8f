package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;

import ai.flightmind.examples.aviation.ChatCorpus;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.lora.LoraTarget;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.MicroBatch;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.chat.ChatDataset;
import ai.flightmind.train.chat.ChatStatistics;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.history.RunLog;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.progress.LiveProgress;
import ai.flightmind.train.tensorboard.TensorBoard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Fine-tunes a model on conversations with a low-rank adapter, and merges it into the weights. Without arguments it makes a
 * small model and conversations up, and shows the whole on a CPU in a minute or so.
 */
@Command(
        name = "FineTune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Fine-tunes a model on conversations. Without arguments: shows how, on a CPU.")
public final class FineTune implements Runnable {
    private static final Path SHOWN = Path.of("fine-tune");

    @Option(
            names = "--base",
            required = true,
            paramLabel = "PATH",
            description = "a checkpoint, or a directory in Hugging Face's layout")
    private Path base = Path.of("");

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "the base's tokenizer.json, or 'bytes'; default: the one in the base's directory",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String tokenizer;

    @Option(
            names = "--checkpoints",
            paramLabel = "DIR",
            description = "where the adapter's checkpoints, metrics.jsonl, run.jsonl and TensorBoard's event files go")
    private Path checkpoints = Path.of("finetuned");

    @Option(
            names = "--merged",
            paramLabel = "FILE",
            description = "the base with the adapter in it; default: merged.pt in the directory of checkpoints",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path merged;

    @Option(names = "--resume", paramLabel = "FILE", description = "a checkpoint to go on from, or 'latest'")
    private @Nullable String resume;

    @Option(names = "--rank", description = "of the adapter's matrices")
    private int rank = 16;

    @Option(names = "--alpha", description = "the adapter counts alpha/rank")
    private double alpha = 32;

    @Option(
            names = "--targets",
            split = ",",
            paramLabel = "LAYER",
            description = "layers of each block: ${COMPLETION-CANDIDATES}; default: all",
            showDefaultValue = Visibility.NEVER)
    private Set<LoraTarget> targets = EnumSet.allOf(LoraTarget.class);

    @Mixin
    private final ConversationFlags conversations = new ConversationFlags();

    @Option(names = "--epochs", description = "how often each row is read")
    private double epochs = 3;

    @Option(names = "--max-steps", description = "in place of --epochs", showDefaultValue = Visibility.NEVER)
    private @Nullable Long maxSteps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "rows per micro-batch, or 'auto' for as many as fit")
    private String microBatch = "8";

    @Option(
            names = "--accumulation",
            paramLabel = "N",
            description = "micro-batches per update; of 8 rows, with --batch-size auto")
    private int accumulation = 4;

    @Option(names = "--lr")
    private double maxLearningRate = 2e-4;

    @Option(names = "--min-lr")
    private double minLearningRate = 2e-5;

    @Option(names = "--warmup-steps")
    private long warmupSteps = 100;

    @Option(names = "--weight-decay")
    private double weightDecay;

    @Option(names = "--log-every", paramLabel = "STEPS")
    private long logEvery = 10;

    @Option(names = "--eval-every", paramLabel = "STEPS")
    private long evalEvery = 100;

    @Option(names = "--eval-steps", paramLabel = "BATCHES", description = "micro-batches per evaluation")
    private int evalSteps = 20;

    @Option(names = "--checkpoint-every", paramLabel = "STEPS")
    private long checkpointEvery = 100;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    @Option(names = "--seed", description = "of the adapter, of what is held out and of the order of rows")
    private long seed = 42;

    public static void main(String[] args) {
        System.exit(Commands.execute(new FineTune(), args.length == 0 ? madeUp() : args));
    }

    /** Makes a base and conversations, unless they are there, and says what the command for them is. */
    private static String[] madeUp() {
        Path base = SHOWN.resolve("base.pt");
        Path questions = SHOWN.resolve("questions.jsonl");
        if (!Files.exists(base)) {
            say("A small model is trained on radio calls first, as a base:");
            TowerModel.train(base, 200);
        }
        TowerModel.write(questions, ChatCorpus.of(1).questions(400));
        String arguments = questions + " --base " + base + " --tokenizer bytes --checkpoints "
                + SHOWN.resolve("checkpoints")
                + " --resume latest --held-out 0.05 --seq-len 96 --batch-size 16 --accumulation 1 --epochs 6 --lr 5e-3"
                + " --min-lr 5e-4 --warmup-steps 20 --log-every 50 --ask BKN? --ask SN? --ask VRB?";
        say("%nFineTune %s%n", arguments);
        return arguments.split(" ");
    }

    @Override
    public void run() {
        compute.setThreads();
        try (Tokenizer opened = NamedModel.tokenizer(tokenizer, base);
                Gpt model = NamedModel.load(base, opened, compute.device())) {
            ChatDataset data = conversations.dataset(opened, seed(seed));
            boolean first = Ddp.fromEnvironment().rank() == 0;
            if (first) {
                print(data.train().statistics());
                conversations.ask(model, opened);
            }
            model.attachAdapter(new LoraConfig(rank, alpha, targets), seed(seed));
            if (first) {
                printSize(model);
            }
            TrainingResult result = train(model, data);
            if (first && result.completed()) {
                merge(model);
                conversations.ask(model, opened);
            }
        }
    }

    private TrainingResult train(Gpt model, ChatDataset data) {
        Path metrics = checkpoints.resolve("metrics.jsonl");
        CostMeter cost = CostMeter.continuing(metrics);
        MicroBatch atOnce = MicroBatch.parse(microBatch);
        long rowsPerStep = (long) atOnce.sequences().orElse(8) * accumulation;
        long rows = data.train().statistics().rows();
        Trainer.Builder builder = Trainer.builder()
                .model(model)
                .data(data)
                .maxSteps(maxSteps == null ? (long) Math.ceil(epochs * rows / rowsPerStep) : maxSteps)
                .microBatchSize(atOnce)
                .tokensPerStep(rowsPerStep * (data.train().rowLength() - 1))
                .learningRate(
                        LearningRate.cosine(maxLearningRate, minLearningRate).warmup(warmupSteps))
                .weightDecay(weightDecay)
                .seed(seed(seed))
                .evaluation(every(evalEvery), batches(evalSteps))
                .checkpoints(Checkpoints.in(checkpoints)
                        .every(checkpointEvery)
                        .keepLast(2)
                        .keepBest())
                .resume(resumption())
                .callback(new LiveProgress(logEvery, cost))
                .callback(new MetricsFile(metrics, cost))
                .callback(new RunLog(checkpoints.resolve("run.jsonl"), cost))
                .callback(TensorBoard.builder(checkpoints.resolve("tensorboard"))
                        .cost(cost)
                        .build());
        compute.precision().ifPresent(builder::precision);
        try (Trainer trainer = builder.build()) {
            return trainer.run();
        }
    }

    private Resume resumption() {
        if (resume == null) {
            return Resume.never();
        }
        return resume.equals("latest") ? Resume.latest() : Resume.from(Path.of(resume));
    }

    /** The adapter that did best on what was held out, which need not be the last. */
    private void merge(Gpt model) {
        Path best = checkpoints.resolve("best.pt");
        if (Files.exists(best)) {
            model.detachAdapter();
            CheckpointReader.readAdapter(best, model);
        }
        model.mergeAdapter();
        Path file = merged == null ? checkpoints.resolve("merged.pt") : merged;
        CheckpointWriter.writeWeights(file, model);
        say("The base with the adapter of %s in it: %s", Files.exists(best) ? best : "the last step", file);
    }

    private static void print(ChatStatistics data) {
        say(
                "%,d conversations of %,d tokens, %,d of them the assistant's, in %,d rows",
                data.conversations(), data.tokens(), data.learnedTokens(), data.rows());
        if (data.cut() + data.dropped() > 0) {
            say("%,d lose their end, %,d are left out, as no answer fits into a row", data.cut(), data.dropped());
        }
    }

    /** Gradients and both moments of AdamW are float32, as the parameters are. */
    private static void printSize(Gpt model) {
        long all = model.config().parameterCount();
        long trained = model.trainedParameters().values().stream()
                .mapToLong(Tensor::numel)
                .sum();
        double megabytes = 3.0 * Float.BYTES / 1e6;
        say(
                "%,d numbers are trained beside %,d frozen ones (%.2f %%); gradients and moments take %.1f MB, not %.1f MB",
                trained, all, 100.0 * trained / all, trained * megabytes, all * megabytes);
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
