package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AsynchronousCheckpointTest {
    private static final int STEPS = 8;

    @TempDir
    Path folder;

    /** Puts a pipe where a checkpoint is to be written: whoever opens it is held up until someone reads. */
    private static final class Pipe implements TrainingCallback {
        private final Path pipe;
        private final List<String> told = new ArrayList<>();
        private final Thread reader;

        Pipe(Path checkpoints) {
            pipe = checkpoints.resolve("step_2.pt.partial");
            reader = new Thread(() -> {
                try {
                    byte[] ignored = Files.readAllBytes(pipe);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            told.add("step " + step.step());
            if (step.step() == 2) {
                make();
            }
            if (step.step() == 3) {
                reader.start();
            }
        }

        private void make() {
            try {
                assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                        .isZero();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void onCheckpointFailure(RuntimeException failure) {
            told.add("not saved");
        }
    }

    @Test
    void trainingGoesOnWhileACheckpointIsWrittenAndLearnsLaterThatItFailed() throws InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "no mkfifo here");
        Path checkpoints = folder.resolve("checkpoints");
        Pipe pipe = new Pipe(checkpoints);
        Recorder recorder = new Recorder();
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(folder.resolve("data"));
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(STEPS)
                        .checkpoints(Checkpoints.in(checkpoints).every(2))
                        .callback(pipe)
                        .callback(recorder)
                        .build()) {
            trainer.run();
        }
        pipe.reader.join();

        assertThat(pipe.told)
                .containsSubsequence("step 2", "step 3", "not saved")
                .containsOnlyOnce("not saved");
        assertThat(recorder.saved).containsExactly("step_4.pt", "step_6.pt", "final.pt");
    }

    @Test
    void whatIsWrittenIsTheStepThatWasDueHoweverFarTrainingHasGoneOn() {
        Path checkpoints = folder.resolve("checkpoints");
        Recorder unbroken = new Recorder();
        try (TokenDataset data = TinyRun.data(folder.resolve("data"))) {
            train(data, Checkpoints.in(checkpoints).every(1), Resume.never(), unbroken);
            for (long step = 1; step < STEPS - 1; step++) {
                Recorder recorder = new Recorder();
                train(
                        data,
                        Checkpoints.in(folder.resolve("from-" + step)),
                        Resume.from(checkpoints.resolve("step_" + step + ".pt")),
                        recorder);
                assertThat(unbroken.bits()).containsAllEntriesOf(recorder.bits());
                assertThat(recorder.steps).hasSize((int) (STEPS - 1 - step));
            }
        }
    }

    private static void train(TokenDataset data, Checkpoints checkpoints, Resume resume, Recorder recorder) {
        try (Gpt model = TinyRun.model();
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(STEPS)
                        .checkpoints(checkpoints)
                        .resume(resume)
                        .callback(recorder)
                        .build()) {
            trainer.run();
        }
    }
}
