package ai.flightmind.train;

import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.TextSamples;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import ai.flightmind.train.tensorboard.TensorBoard;
import ai.flightmind.train.tensorboard.TensorFlowReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real trainer with everything that watches it. */
@Timeout(120)
class WatchedRunTest {
    private static final int STEPS = 9;

    @TempDir
    Path dir;

    private final List<Sample> samples = new ArrayList<>();

    @Test
    void resumedRunsCurvesAreItsStepsEachOnce() throws IOException {
        Recorder first = watchedRun(4);
        Recorder second = watchedRun(Recorder.NEVER);

        Map<Long, Float> told = new TreeMap<>();
        first.steps.forEach((number, step) -> told.put(number, (float) step.loss()));
        second.steps.forEach((number, step) -> told.put(number, (float) step.loss()));
        assertThat(told).hasSize(STEPS);
        assertThat(TensorFlowReader.scalars(dir.resolve("events"), "train/loss"))
                .isEqualTo(told);
        assertThat(TensorFlowReader.scalars(dir.resolve("events"), "val/loss")).containsOnlyKeys(3L, 6L, 8L);
        RunMetrics metrics = RunMetrics.read(dir.resolve("metrics.jsonl"));
        assertThat(metrics.gaps()).isEmpty();
        assertThat(metrics.steps())
                .extracting(StepMetrics::step, step -> (float) step.loss().getAsDouble())
                .containsExactlyElementsOf(told.entrySet().stream()
                        .map(entry -> tuple(entry.getKey(), entry.getValue()))
                        .toList());
    }

    @Test
    void textsAreWrittenAfterEachEvaluationAndChangeNothing() {
        Recorder watched = watchedRun(Recorder.NEVER);

        assertThat(samples).extracting(Sample::step).containsExactly(3L, 3L, 6L, 6L, 8L, 8L);
        assertThat(samples).extracting(Sample::prompt).startsWith("EDDF", "EDDM");
        assertThat(samples)
                .allSatisfy(sample -> assertThat(sample.text()).hasSize(5).doesNotStartWith(sample.prompt()));
        Recorder unwatched = new Recorder();
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(dir.resolve("data"));
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(STEPS)
                        .evaluation(every(3), batches(1))
                        .callback(unwatched)
                        .build()) {
            trainer.run();
        }
        assertThat(watched.bits()).isEqualTo(unwatched.bits());
    }

    private Recorder watchedRun(long stopAfter) {
        Recorder recorder = new Recorder(stopAfter);
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(dir.resolve("data"));
                Latin1Tokenizer tokenizer = new Latin1Tokenizer();
                TensorBoard tensorBoard = TensorBoard.in(dir.resolve("events"));
                MetricsFile metrics = new MetricsFile(dir.resolve("metrics.jsonl"));
                Trainer trainer = TinyRun.trainer(model, data)
                        .maxSteps(STEPS)
                        .evaluation(every(3), batches(1))
                        .checkpoints(Checkpoints.in(dir.resolve("checkpoints")))
                        .resume(Resume.latest())
                        .callback(recorder)
                        .callback(metrics)
                        .callback(tensorBoard)
                        .callback(TextSamples.of(
                                model,
                                tokenizer,
                                List.of("EDDF", "EDDM"),
                                Generation.builder().maxNewTokens(5).build(),
                                sample -> {
                                    samples.add(sample);
                                    tensorBoard.onSample(sample);
                                }))
                        .build()) {
            trainer.run();
        }
        return recorder;
    }
}
