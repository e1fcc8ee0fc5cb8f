package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.train.mixture.Mixture;
import ai.flightmind.train.stream.TokenStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * What the tests start as one rank: it trains the tiny model, and prints a line for every event, the rows that it read,
 * and a checksum of its weights after each step.
 */
final class TrainingRank {
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private final Map<String, String> settings;

    private TrainingRank(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] arguments) {
        Map<String, String> settings = Arrays.stream(arguments)
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        System.exit(new TrainingRank(settings).run() ? 0 : 1);
    }

    private boolean run() {
        Libtorch.setThreads(1);
        Path data = Path.of(text("data", "data"));
        Ddp.Builder ddp = Ddp.fromEnvironment().toBuilder()
                .timeout(Duration.ofSeconds(number("timeout", 60)))
                .rendezvousTimeout(Duration.ofSeconds(number("rendezvous", 60)));
        long seedOfThisRank = number("modelSeed", 5) + ddp.build().rank(); // rank 0's weights are everyone's
        try (Gpt model = Gpt.create(TinyRun.config(), Device.cpu(), seed(seedOfThisRank));
                TokenDataset tokens = TokenDataset.open(data);
                Documents documents = documents()) {
            if (settings.containsKey("lora")) {
                model.attachAdapter(TinyRun.LORA, seed(seedOfThisRank));
            }
            Trainer.Builder trainer = TinyRun.trainer(model, tokens)
                    .maxSteps(number("maxSteps", 30))
                    .microBatchSize(MicroBatch.parse(text("microBatch", "2")))
                    .tokensPerStep(number("sequences", TinyRun.SEQUENCES_PER_STEP) * (TinyRun.SEQUENCE_LENGTH - 1))
                    .learningRate(
                            LearningRate.cosine(number("rate", 3) * 1e-3, 3e-4).warmup(3))
                    .evaluation(Every.every(5), Batches.batches(4))
                    .distributed(ddp.build())
                    .callback(new Teller(model));
            if (settings.containsKey("checkpoints")) {
                trainer.checkpoints(
                        Checkpoints.in(Path.of(text("checkpoints", ""))).every(number("every", 1)));
            }
            if (documents != null) {
                TokenStream stream =
                        TokenStream.of(documents, Tokenizer.bytes()).withLanes((int) number("lanes", 32));
                trainer.data(
                        Mixture.builder()
                                .source("table", tokens.train(), 0.25)
                                .source("stream", stream, 0.75)
                                .from(6, 0.6, 0.4)
                                .build(),
                        tokens.validation());
            }
            if (settings.containsKey("resume")) {
                trainer.resume(Resume.latest());
            }
            StopRequest stop = new StopRequest();
            TrainerSettings built = trainer.settings();
            StopOnShutdown hook = StopOnShutdown.install(stop);
            try {
                TrainingResult result = new TrainingSession(built, recorded(built), stop).run();
                say("ended " + (result.completed() ? "completed" : "stopped") + " " + result.steps() + " "
                        + result.stopReason().orElse(""));
                return true;
            } finally {
                hook.close();
            }
        } catch (TrainingException | IllegalArgumentException e) {
            say("failed " + e.getClass().getSimpleName() + " " + e.getMessage());
            return false;
        }
    }

    private @Nullable Documents documents() {
        return settings.containsKey("stream")
                ? Documents.builder().file(Path.of(text("stream", ""))).build()
                : null;
    }

    private static RowOrder recorded(TrainerSettings settings) {
        RowOrder order = (from, count) -> settings.order().rows(from, count);
        int perStep = settings.plan().sequencesPerStep();
        return (from, count) -> {
            long[] rows = order.rows(from, count);
            say("rows " + from / perStep + " "
                    + Arrays.stream(rows).mapToObj(Long::toString).collect(Collectors.joining(",")));
            return rows;
        };
    }

    private final class Teller implements TrainingCallback {
        private final Gpt model;

        Teller(Gpt model) {
            this.model = model;
        }

        @Override
        public boolean onEveryRank() {
            return true;
        }

        @Override
        public void onStart(RunStart start) {
            say("start " + start.firstStep() + " " + start.rank() + "/" + start.worldSize() + " "
                    + start.microBatchSize());
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            CRC32 checksum = new CRC32();
            TinyRun.trained(model).values().forEach(checksum::update);
            say("step " + step.step() + " " + step.loss() + " " + step.gradientNorm() + " " + checksum.getValue() + " "
                    + step.communication().toNanos());
            if (step.step() == number("poisonAt", -1) && Ddp.fromEnvironment().rank() == 1) {
                try (NoGradGuard noGrad = new NoGradGuard();
                        Scalar nan = new Scalar(Double.NaN)) {
                    model.parameters().values().iterator().next().fill_(nan);
                }
            }
            if (step.step() == number("hangAt", -1) && Ddp.fromEnvironment().rank() == 0) {
                while (true) {
                    LockSupport.park(this); // nothing ever lets it go
                }
            }
            if (step.step() == number("throwAt", -1)
                    && number("throwOn", 0) == Ddp.fromEnvironment().rank()) {
                throw new IllegalStateException("the callback's own trouble");
            }
        }

        @Override
        public void onEvaluation(Evaluation evaluation, StopRequest stop) {
            say("evaluated " + evaluation.step() + " " + evaluation.loss());
        }

        @Override
        public void onCheckpoint(CheckpointWritten checkpoint) {
            say("saved " + checkpoint.step());
        }
    }

    private String text(String name, String otherwise) {
        return settings.getOrDefault(name, otherwise);
    }

    private long number(String name, long otherwise) {
        return Long.parseLong(settings.getOrDefault(name, "" + otherwise));
    }

    /** In one write, so that a kill leaves no part of a line. */
    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
