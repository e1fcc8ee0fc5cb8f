package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.history.RunLog;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.metrics.PricePerHour;
import ai.flightmind.train.progress.LiveProgress;
import ai.flightmind.train.tensorboard.TensorBoard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what watching a run costs: the same steps with nothing that watches, and with the live line, metrics, log and
 * event files of {@link Pretrain}, in turns, so that whatever else the machine does meets both. The time from step to step
 * counts, and what the watchers themselves took of it.
 */
@Command(
        name = "WatchingCost",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures training with and without everything that watches it.")
public final class WatchingCost implements Runnable {
    private static final int VOCABULARY = 8_192;
    private static final int WARMUP = 3;

    @Option(names = "--depth")
    private int depth = 4;

    @Option(names = "--seq-len")
    private int sequenceLength = 256;

    @Option(names = "--batch-size")
    private int microBatchSize = 4;

    @Option(names = "--steps", description = "of each run")
    private int steps = 25;

    @Option(names = "--rounds", description = "runs of either kind")
    private int rounds = 4;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    public static void main(String[] args) {
        System.exit(Commands.execute(new WatchingCost(), args));
    }

    @Override
    public void run() {
        compute.setThreads();
        try {
            Path directory = Files.createTempDirectory("flightmind-watching");
            try {
                measure(directory);
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The benchmark's files cannot be written: " + e.getMessage(), e);
        }
    }

    private void measure(Path directory) throws IOException {
        byte[] tokens = new byte[16 * microBatchSize * sequenceLength];
        new Random(1).nextBytes(tokens);
        for (int i = 1; i < tokens.length; i += 2) {
            tokens[i] = 0; // ids are little-endian and below 256
        }
        Files.write(directory.resolve("train.bin"), tokens);
        Files.write(directory.resolve("val.bin"), tokens);
        List<Long> unwatched = new ArrayList<>();
        List<Long> watched = new ArrayList<>();
        long watchersNanos = 0;
        for (int round = 0; round < rounds; round++) {
            train(directory, List.of(), unwatched);
            Path run = directory.resolve("run" + round);
            CostMeter cost = CostMeter.at(new PricePerHour(8));
            List<Timed> watchers = Stream.of(
                            new LiveProgress(1, cost),
                            new MetricsFile(run.resolve("metrics.jsonl"), cost),
                            new RunLog(run.resolve("run.jsonl"), cost),
                            TensorBoard.builder(run.resolve("tensorboard"))
                                    .cost(cost)
                                    .build())
                    .map(Timed::new)
                    .toList();
            train(directory, watchers, watched);
            watchersNanos +=
                    watchers.stream().mapToLong(watcher -> watcher.nanos).sum();
        }
        System.out.printf(
                Locale.ROOT,
                "depth %d, %d x %d tokens, %d steps each:%n"
                        + "%.3f ms from step to step without, %.3f ms with everything that watches (medians): %+.2f %%;%n"
                        + "the watchers themselves took %.4f ms of each step, %.3f %%%n",
                depth,
                microBatchSize,
                sequenceLength,
                watched.size(),
                median(unwatched) / 1e6,
                median(watched) / 1e6,
                100 * (median(watched) / median(unwatched) - 1),
                watchersNanos / 1e6 / watched.size(),
                100.0 * watchersNanos / watched.size() / median(watched));
    }

    private void train(Path directory, List<? extends TrainingCallback> watchers, List<Long> periods) {
        GptConfig config = GptConfig.builder()
                .depth(depth)
                .vocabSize(VOCABULARY)
                .sequenceLength(sequenceLength)
                .build();
        try (TokenDataset data = TokenDataset.open(directory);
                Gpt model = Gpt.create(config, compute.device(), seed(42))) {
            Trainer.Builder builder = Trainer.builder()
                    .model(model)
                    .data(data)
                    .maxSteps((long) WARMUP + steps)
                    .microBatchSize(microBatchSize)
                    .tokensPerStep((long) microBatchSize * sequenceLength);
            compute.precision().ifPresent(builder::precision);
            watchers.forEach(builder::callback);
            try (Trainer trainer = builder.callback(new Periods(periods)).build()) {
                trainer.run();
            }
        }
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** From one step's end to the next one's, with whatever was told in between. */
    private static final class Periods implements TrainingCallback {
        private final List<Long> periods;
        private long before;

        Periods(List<Long> periods) {
            this.periods = periods;
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            long now = System.nanoTime();
            if (step.step() >= WARMUP) {
                periods.add(now - before);
            }
            before = now;
        }
    }

    /** Passes on what a run tells, and measures how long each step's telling takes. */
    private static final class Timed implements TrainingCallback {
        private final TrainingCallback callback;
        private long nanos;

        Timed(TrainingCallback callback) {
            this.callback = callback;
        }

        @Override
        public void onStart(RunStart start) {
            callback.onStart(start);
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            long begin = System.nanoTime();
            callback.onStep(step, stop);
            if (step.step() >= WARMUP) {
                nanos += System.nanoTime() - begin;
            }
        }

        @Override
        public void onEnd(TrainingResult result) {
            callback.onEnd(result);
        }

        @Override
        public void onError(Throwable error) {
            callback.onError(error);
        }
    }
}
