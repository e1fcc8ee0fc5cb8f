package ai.flightmind.train;

import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ExactResumeTest {
    private static final int STEPS = 12;

    @TempDir
    Path folder;

    private record Run(TrainingResult result, Recorder recorder, Map<String, ByteBuffer> weights) {}

    /** A process's worth: new model, new data, new trainer, all closed at the end. */
    private Run run(String directory, int trainRows, long stopAfter, UnaryOperator<Trainer.Builder> settings) {
        Recorder recorder = new Recorder(stopAfter);
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(folder.resolve("data" + trainRows), trainRows);
                Trainer trainer = settings.apply(TinyRun.trainer(model, data)
                                .maxSteps(STEPS)
                                .checkpoints(Checkpoints.in(folder.resolve(directory)))
                                .resume(Resume.latest())
                                .callback(recorder))
                        .build()) {
            TrainingResult result = trainer.run();
            return new Run(result, recorder, TinyRun.weights(model));
        }
    }

    private Run run(String directory, long stopAfter) {
        return run(directory, TinyRun.TRAIN_ROWS, stopAfter, settings -> settings);
    }

    private static Map<Long, String> joined(Run... parts) {
        Map<Long, String> all = new TreeMap<>();
        for (Run part : parts) {
            part.recorder()
                    .bits()
                    .forEach((step, bits) -> assertThat(all.put(step, bits))
                            .as("step %s is done once", step)
                            .isNull());
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aStoppedAndResumedRunIsTheUnbrokenOneBitForBit(Precision precision) throws IOException {
        Run unbroken = run("unbroken", TinyRun.TRAIN_ROWS, Recorder.NEVER, settings -> settings.precision(precision));

        Run first = run("broken", TinyRun.TRAIN_ROWS, 4, settings -> settings.precision(precision));
        Run second = run("broken", TinyRun.TRAIN_ROWS, 5, settings -> settings.precision(precision));
        Run third = run("broken", TinyRun.TRAIN_ROWS, Recorder.NEVER, settings -> settings.precision(precision));

        assertThat(first.result().completed()).isFalse();
        assertThat(first.result().stopReason()).hasValue("the test asked");
        assertThat(third.recorder().starts.get(0).firstStep()).isEqualTo(6);
        assertThat(third.recorder().starts.get(0).resumedFrom())
                .hasValue(folder.resolve("broken").resolve("step_5.pt"));
        assertThat(joined(first, second, third))
                .hasSize(STEPS)
                .isEqualTo(unbroken.recorder().bits());
        assertThat(third.weights()).isEqualTo(unbroken.weights());
        assertThat(third.result().tokens())
                .isEqualTo(unbroken.result().tokens())
                .isEqualTo(STEPS * TinyRun.TOKENS_PER_STEP);
        assertThat(Files.mismatch(
                        folder.resolve("unbroken").resolve("final.pt"),
                        folder.resolve("broken").resolve("final.pt")))
                .as("weights, moments and counters of final.pt")
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 24, 7})
    void theOrderOfRowsGoesOnOverTheEndOfAnEpoch(int trainRows) {
        Run unbroken = run("unbroken", trainRows, Recorder.NEVER, settings -> settings);

        Run first = run("broken", trainRows, 2, settings -> settings);
        Run second = run("broken", trainRows, 7, settings -> settings);
        Run third = run("broken", trainRows, Recorder.NEVER, settings -> settings);

        assertThat(joined(first, second, third))
                .hasSize(STEPS)
                .isEqualTo(unbroken.recorder().bits());
        assertThat(third.weights()).isEqualTo(unbroken.weights());
    }

    @Test
    void aStopAfterAnyStepMakesNoDifference() {
        Run unbroken = run("unbroken", Recorder.NEVER);

        Run[] parts = new Run[STEPS];
        for (int step = 0; step < STEPS; step++) {
            parts[step] = run("broken", step);
        }

        assertThat(joined(parts)).isEqualTo(unbroken.recorder().bits());
        assertThat(parts[STEPS - 1].weights()).isEqualTo(unbroken.weights());
    }

    @Test
    void theBestValidationLossSurvivesAResume() {
        UnaryOperator<Trainer.Builder> evaluated = settings -> settings.evaluation(every(2), batches(2))
                .checkpoints(Checkpoints.in(folder.resolve("broken")).keepBest());
        Run first = run("broken", TinyRun.TRAIN_ROWS, 5, evaluated);
        OptionalDouble best = first.result().bestValidationLoss();

        Run second = run("broken", TinyRun.TRAIN_ROWS, 6, evaluated);

        assertThat(best).isPresent();
        assertThat(second.recorder().starts.get(0).firstStep()).isEqualTo(6);
        Evaluation evaluation = second.recorder().evaluations.get(0);
        assertThat(evaluation.best()).isEqualTo(evaluation.loss() < best.getAsDouble());
        assertThat(second.result().bestValidationLoss().getAsDouble())
                .isEqualTo(Math.min(best.getAsDouble(), evaluation.loss()));
    }

    @Test
    void evaluationsAreTheSameInAResumedRun() {
        UnaryOperator<Trainer.Builder> evaluated = settings -> settings.evaluation(every(3), batches(2));
        Run unbroken = run("unbroken", TinyRun.TRAIN_ROWS, Recorder.NEVER, evaluated);

        Run first = run("broken", TinyRun.TRAIN_ROWS, 4, evaluated);
        Run second = run("broken", TinyRun.TRAIN_ROWS, Recorder.NEVER, evaluated);

        assertThat(second.recorder().evaluations).extracting(Evaluation::step).containsExactly(6L, 9L, 11L);
        assertThat(first.recorder().evaluations).extracting(Evaluation::step).containsExactly(3L);
        assertThat(second.recorder().evaluations)
                .extracting(Evaluation::loss)
                .isEqualTo(unbroken.recorder().evaluations.subList(1, 4).stream()
                        .map(Evaluation::loss)
                        .toList());
        assertThat(second.result().bestValidationLoss())
                .isEqualTo(unbroken.result().bestValidationLoss());
    }

    @Test
    void aFinishedRunIsCompleteAtOnceAndItsFilesStayAsTheyAre() throws IOException {
        Run finished = run("done", Recorder.NEVER);
        Path file = folder.resolve("done").resolve("final.pt");
        FileTime before = Files.getLastModifiedTime(file);

        Run again = run("done", Recorder.NEVER);

        assertThat(again.result().completed()).isTrue();
        assertThat(again.result().steps()).isEqualTo(STEPS);
        assertThat(again.recorder().steps).isEmpty();
        assertThat(again.recorder().saved).isEmpty();
        assertThat(again.weights()).isEqualTo(finished.weights());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    }

    @Test
    void aFinishedRunGoesOnWhenMaxStepsIsRaised() {
        run("done", Recorder.NEVER);

        Run longer = run("done", TinyRun.TRAIN_ROWS, Recorder.NEVER, settings -> settings.maxSteps(STEPS + 3));

        assertThat(longer.recorder().steps.keySet()).containsExactly(12L, 13L, 14L);
        assertThat(longer.result().completed()).isTrue();
        assertThat(longer.result().tokens()).isEqualTo((STEPS + 3) * TinyRun.TOKENS_PER_STEP);
    }
}
