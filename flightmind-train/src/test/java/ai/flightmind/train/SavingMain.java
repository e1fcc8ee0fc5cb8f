package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.TrainingException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch;

/** What the tests start as a process of its own: it trains, saves often, and prints a line per event. */
final class SavingMain {
    /** The same at every step, so that it does not matter how many steps a process was told to make. */
    private static final double RATE = 1e-3;

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private SavingMain() {}

    public static void main(String[] arguments) {
        Map<String, String> settings = Arrays.stream(arguments)
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        Libtorch.setThreads(1);
        // libtorch seeds its generator by chance; its state is in the checkpoint, which is to be the same byte for
        // byte.
        torch.manual_seed(3);
        GptConfig config = GptConfig.builder()
                .depth(Integer.parseInt(settings.getOrDefault("depth", "1")))
                .vocabSize(Integer.parseInt(settings.getOrDefault("vocabulary", "" + TinyRun.VOCABULARY)))
                .sequenceLength(TinyRun.SEQUENCE_LENGTH)
                .build();
        Checkpoints checkpoints = Checkpoints.in(Path.of(required(settings, "checkpoints")))
                .every(Long.parseLong(settings.getOrDefault("every", "1")))
                .keepLast(2);
        long exitAt = Long.parseLong(settings.getOrDefault("exitAt", "-1"));
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(5));
                TokenDataset data = TokenDataset.open(Path.of(required(settings, "data")));
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(data)
                        .microBatchSize(1)
                        .tokensPerStep(TinyRun.SEQUENCE_LENGTH - 1)
                        .learningRate(LearningRate.cosine(RATE, RATE).warmup(5))
                        .maxSteps(Long.parseLong(required(settings, "maxSteps")))
                        .checkpoints(checkpoints)
                        .resume(Resume.latest())
                        .callback(new Teller(exitAt))
                        .build()) {
            TrainingResult result = trainer.run();
            say("ended " + (result.completed() ? "completed" : "stopped") + " " + result.steps());
        } catch (TrainingException e) {
            say("failed " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private static String required(Map<String, String> settings, String name) {
        return Objects.requireNonNull(settings.get(name), name);
    }

    private record Teller(long exitAt) implements TrainingCallback {
        @Override
        public void onStart(RunStart start) {
            say("start " + start.firstStep());
        }

        @Override
        @SuppressWarnings("SystemExitOutsideMain") // that it may be called here is what is tested
        public void onStep(Step step, StopRequest stop) {
            say("step " + step.step() + " " + Recorder.bitsOf(step));
            if (step.step() == exitAt) {
                System.exit(7);
            }
        }

        @Override
        public void onCheckpoint(CheckpointWritten checkpoint) {
            say("saved " + checkpoint.step());
        }

        @Override
        public void onCheckpointFailure(RuntimeException failure) {
            say("unsaved " + failure.getMessage());
        }
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
