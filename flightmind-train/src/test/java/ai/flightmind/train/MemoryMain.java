package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.TrainingMemory;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.OutOfMemoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What the tests start as a process of its own: it trains a model of some size, in as much address space as it is given,
 * and prints what that took, or why it failed.
 */
final class MemoryMain {
    private final Map<String, String> settings;

    private MemoryMain(Map<String, String> settings) {
        this.settings = settings;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> settings = Arrays.stream(arguments)
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        MemoryMain main = new MemoryMain(settings);
        Libtorch.setThreads(main.number("threads", 1));
        main.limit();
        OptionalLong growth = ResidentMemory.growth(main::train);
        growth.ifPresent(bytes -> System.out.println("grew " + bytes));
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(settings.getOrDefault(name, "" + otherwise));
    }

    /** By so much address space may it grow from here on. */
    private void limit() throws IOException, InterruptedException {
        if (settings.containsKey("limitMiB")) {
            long taken = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmSize:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
            String most = "--as=" + (taken + ((long) number("limitMiB", 0) << 20));
            String pid = "--pid=" + ProcessHandle.current().pid();
            int status =
                    new ProcessBuilder("prlimit", pid, most).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IOException("prlimit ended with " + status);
            }
        }
    }

    private void train() {
        int length = number("length", 256);
        GptConfig config = GptConfig.builder()
                .depth(number("depth", 2))
                .vocabSize(number("vocabulary", TinyRun.VOCABULARY))
                .sequenceLength(length)
                .build();
        Trainer.Builder builder = Trainer.builder()
                .maxSteps(number("maxSteps", 2))
                .microBatchSize(MicroBatch.parse(settings.getOrDefault("microBatch", "auto")))
                .tokensPerStep((long) number("sequences", 8) * (length - 1))
                .learningRate(LearningRate.cosine(1e-3, 1e-3).warmup(3))
                .callback(new Teller());
        if (settings.containsKey("checkpoints")) {
            builder.checkpoints(
                            Checkpoints.in(Path.of(settings.get("checkpoints"))).every(1))
                    .resume(Resume.latest());
        }
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(5));
                TokenDataset data = TokenDataset.open(Path.of(settings.getOrDefault("data", "data")));
                Trainer trainer = builder.model(model).data(data).build()) {
            TrainingMemory estimate = TrainingMemory.of(model, length, Precision.FP32);
            System.out.println("ended " + trainer.run().steps());
            long copies = settings.containsKey("checkpoints") ? estimate.checkpointBytes() : 0;
            System.out.println("estimated " + (estimate.bytes(number("sequences", 8)) + copies));
        } catch (OutOfMemoryException e) {
            System.out.println("failed " + e.fittingMicroBatchSize().orElse(0) + " " + e.getMessage());
            System.out.println("because " + String.valueOf(e.getCause()).replace('\n', ' '));
        }
    }

    private static final class Teller implements TrainingCallback {
        @Override
        public void onStart(RunStart start) {
            System.out.println("start " + start.firstStep() + " " + start.microBatchSize());
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            System.out.println("step " + step.step() + " " + Recorder.bitsOf(step));
        }

        @Override
        public void onCheckpoint(CheckpointWritten checkpoint) {
            System.out.println("saved " + checkpoint.step());
        }
    }
}
