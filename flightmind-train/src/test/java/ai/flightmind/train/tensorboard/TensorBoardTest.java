package ai.flightmind.train.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.metrics.PricePerHour;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

class TensorBoardTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_764_105_635_250L);

    @TempDir
    Path dir;

    @Test
    void firstEventsAreVersionAndStart() throws IOException {
        run(0, 0);

        List<Event> events = TensorFlowReader.events(dir);

        assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
        assertThat(events.get(0).getWallTime()).isEqualTo(1_764_105_635.25);
        assertThat(TensorFlowReader.sessionStarts(dir)).containsExactly(0L);
    }

    @Test
    void eachStepHasItsCurves() throws IOException {
        try (TensorBoard board = TensorBoard.builder(dir)
                .cost(CostMeter.at(new PricePerHour(3_600)))
                .build()) {
            board.onStart(Told.start(0));
            board.onStep(
                    Told.step(0)
                            .loss(6.5)
                            .learningRate(0.25)
                            .gradientNorm(1.5)
                            .tokensPerSecond(1_000)
                            .flopsUtilisation(OptionalDouble.of(0.375))
                            .build(),
                    new StopRequest());
            board.onStep(Told.step(1).loss(5.5).validationLoss(5.75).build(), new StopRequest());
        }

        assertThat(TensorFlowReader.scalars(dir, "train/loss"))
                .containsExactly(Map.entry(0L, 6.5f), Map.entry(1L, 5.5f));
        assertThat(TensorFlowReader.scalars(dir, "val/loss")).containsExactly(Map.entry(1L, 5.75f));
        assertThat(TensorFlowReader.scalars(dir, "train/learning_rate")).containsEntry(0L, 0.25f);
        assertThat(TensorFlowReader.scalars(dir, "train/gradient_norm")).containsEntry(0L, 1.5f);
        assertThat(TensorFlowReader.scalars(dir, "speed/tokens_per_second")).containsEntry(0L, 1_000f);
        assertThat(TensorFlowReader.scalars(dir, "speed/mfu")).containsExactly(Map.entry(0L, 0.375f));
        assertThat(TensorFlowReader.scalars(dir, "cost/dollars").values()).allMatch(dollars -> dollars > 0);
    }

    @Test
    void stepIsReadableOnceItWasTold() throws IOException {
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            for (long step = 0; step < 3; step++) {
                board.onStep(Told.step(step).build(), new StopRequest());

                assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsKey(step);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {127, 128, 16_384, 1L << 35})
    void largeStepsAreReadBack(long step) throws IOException {
        run(step, step);

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsOnlyKeys(step);
    }

    @Test
    void lossThatIsNotFiniteIsSaidSo() throws IOException {
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            board.onStep(
                    Told.step(0)
                            .loss(Double.NaN)
                            .gradientNorm(Double.POSITIVE_INFINITY)
                            .build(),
                    new StopRequest());
        }

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsEntry(0L, Float.NaN);
        assertThat(TensorFlowReader.scalars(dir, "train/gradient_norm")).containsEntry(0L, Float.POSITIVE_INFINITY);
    }

    @Test
    void everyHundredthAndEvaluatedAndLastStepsAreWrittenIfAskedFor() throws IOException {
        try (TensorBoard board = TensorBoard.builder(dir).every(100).build()) {
            board.onStart(Told.start(0));
            for (long step = 0; step < 250; step++) {
                OptionalDouble evaluated = step == 150 ? OptionalDouble.of(1) : OptionalDouble.empty();
                board.onStep(
                        Told.step(step).maxSteps(250).validationLoss(evaluated).build(), new StopRequest());
            }
        }

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsOnlyKeys(0L, 100L, 150L, 200L, 249L);
    }

    @Test
    void resumedRunGoesOnInANewFileWithoutGapOrDoubledStep() throws IOException {
        run(0, 0, 1, 2, 3, 4);
        run(3, 3, 4, 5);
        run(6, 6);
        run(4, 4, 5, 6, 7);

        assertThat(TensorFlowReader.scalars(dir, "train/loss").keySet())
                .containsExactlyElementsOf(LongStream.rangeClosed(0, 7).boxed().toList());
        assertThat(TensorFlowReader.sessionStarts(dir)).containsExactly(0L, 3L, 4L);
    }

    @Test
    void whatAKilledProcessLeftUnfinishedIsTakenOut() throws IOException {
        run(0, 0, 1, 2);
        Path file = TensorFlowReader.files(dir).get(0);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 7));

        run(2, 2);

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsOnlyKeys(0L, 1L, 2L);
    }

    @Test
    void damagedRecordEndsWhatIsKept() throws IOException {
        run(0, 0, 1, 2);
        Path file = TensorFlowReader.files(dir).get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 10] ^= 1;
        Files.write(file, bytes);

        run(2, 2);

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsOnlyKeys(0L, 1L, 2L);
    }

    @Test
    void resumeLeavesFinishedFilesAsTheyAre() throws IOException {
        run(0, 0, 1, 2);
        Path file = TensorFlowReader.files(dir).get(0);
        byte[] before = Files.readAllBytes(file);

        run(3, 3);

        assertThat(file).hasBinaryContent(before);
        try (var left = Files.list(dir)) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void newRunBeginsAnew() throws IOException {
        run(0, 0, 1, 2);
        run(0, 0);

        assertThat(TensorFlowReader.scalars(dir, "train/loss")).containsOnlyKeys(0L);
        assertThat(TensorFlowReader.files(dir)).hasSize(1);
    }

    @Test
    void filesOfOtherProgramsAreLeftAlone() throws IOException {
        Path theirs = Files.writeString(dir.resolve("events.out.tfevents.1600000000.host.1.0"), "theirs");
        run(0, 0);

        run(0, 0);

        assertThat(theirs).hasContent("theirs");
    }

    @Test
    void fileIsNamedAsOtherReadersExpect() throws IOException {
        run(0, 0);
        run(1, 1);

        assertThat(TensorFlowReader.files(dir))
                .extracting(file -> file.getFileName().toString())
                .allMatch(
                        name -> name.matches("events\\.out\\.tfevents\\.\\d{10}\\.[A-Za-z0-9._-]+\\.\\d+\\.flightmind"))
                .extracting(name -> name.substring(0, 30))
                .containsExactly("events.out.tfevents.1764105635", "events.out.tfevents.1764105636");
    }

    @Test
    void textsOfTheModelAreShownAsTheyAre() throws IOException {
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            board.onSample(new Sample(5, "METAR ", "EDDF 27015KT\nCAVOK *"));
        }

        Summary.Value value = value("samples/METAR");
        assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("text");
        assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_STRING);
        assertThat(value.getTensor().getStringVal(0).toStringUtf8()).isEqualTo("    METAR EDDF 27015KT\n    CAVOK *");
    }

    @Test
    void hyperparametersHaveARowAndACompletedRunSaysSo() throws IOException {
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            board.onStep(Told.step(0).build(), new StopRequest());
            board.onEnd(result(true));
        }

        assertThat(values(dir).keySet())
                .contains("_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info");
        Summary.Value start = value("_hparams_/session_start_info");
        assertThat(start.getMetadata().getPluginData().getPluginName()).isEqualTo("hparams");
        assertThat(start.getMetadata().getPluginData().getContent().toStringUtf8())
                .contains("learning_rate", "precision", "fp32");
    }

    @Test
    void stoppedRunIsNotSaidToBeCompleted() throws IOException {
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            board.onEnd(result(false));
        }

        assertThat(values(dir)).doesNotContainKey("_hparams_/session_end_info");
    }

    @Test
    void placeThatCannotBeWrittenIsNamedAtTheStart() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        try (TensorBoard board = TensorBoard.in(file.resolve("tensorboard"))) {
            assertThatThrownBy(() -> board.onStart(Told.start(0)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void aStepTakesMicroseconds() throws IOException {
        long nanos;
        try (TensorBoard board = TensorBoard.in(dir)) {
            board.onStart(Told.start(0));
            long begin = System.nanoTime();
            for (long step = 0; step < 20_000; step++) {
                board.onStep(Told.step(step).build(), new StopRequest());
            }
            nanos = System.nanoTime() - begin;
        }

        assertThat(Duration.ofNanos(nanos / 20_000)).isLessThan(Duration.ofMillis(1));
        assertThat(TensorFlowReader.scalars(dir, "train/loss")).hasSize(20_000);
    }

    private void run(long firstStep, long... steps) {
        try (TensorBoard board = TensorBoard.builder(dir).clock(() -> NOW).build()) {
            board.onStart(Told.start(firstStep));
            for (long step : steps) {
                board.onStep(Told.step(step).build(), new StopRequest());
            }
        }
    }

    private Summary.Value value(String tag) throws IOException {
        return Objects.requireNonNull(values(dir).get(tag));
    }

    private static Map<String, Summary.Value> values(Path dir) throws IOException {
        return TensorFlowReader.events(dir).stream()
                .flatMap(event -> event.getSummary().getValueList().stream())
                .collect(Collectors.toMap(Summary.Value::getTag, value -> value, (first, second) -> second));
    }

    private static TrainingResult result(boolean completed) {
        return new TrainingResult(
                completed,
                completed ? Optional.empty() : Optional.of("SIGTERM"),
                1,
                OptionalDouble.of(3),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                504,
                0,
                Optional.empty(),
                Duration.ofSeconds(1));
    }
}
