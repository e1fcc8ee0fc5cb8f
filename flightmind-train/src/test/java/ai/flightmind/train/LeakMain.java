package ai.flightmind.train;

import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/** Trains 501 steps with evaluations and checkpoints, and prints what the process holds after some of them. */
final class LeakMain {
    private static final Set<Long> SAMPLES = Set.of(50L, 200L, 350L, 500L);

    private LeakMain() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        try (Gpt model = TinyRun.model();
                TokenDataset data = TokenDataset.open(folder.resolve("data"));
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(501)
                        .evaluation(every(10), batches(2))
                        .checkpoints(Checkpoints.in(folder.resolve("checkpoints"))
                                .every(10)
                                .keepLast(2)
                                .keepBest())
                        .callback(new Sampler())
                        .build()) {
            trainer.run();
        }
    }

    private static final class Sampler implements TrainingCallback {
        @Override
        public void onCheckpoint(CheckpointWritten checkpoint) { // when no file of one is open
            boolean periodic = checkpoint.file().getFileName().toString().startsWith("step_");
            if (periodic && SAMPLES.contains(checkpoint.step())) {
                for (int i = 0; i < 3; i++) {
                    System.gc(); // what only a collection frees is not a leak
                }
                System.out.println("held " + checkpoint.step() + " " + residentKiB() + " " + Pointer.totalBytes() + " "
                        + Pointer.totalCount() + " " + openFiles());
            }
        }
    }

    private static long residentKiB() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
