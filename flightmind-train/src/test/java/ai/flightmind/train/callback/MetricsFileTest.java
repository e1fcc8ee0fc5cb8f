package ai.flightmind.train.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.metrics.PricePerHour;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsFileTest {
    private static final double THIRD = 1.0 / 3;

    @Test
    void numbersKeepEveryDigit(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            metrics.onStart(from(0));
            metrics.onStep(step(0, 6.22949123456789, OptionalDouble.of(THIRD)), new StopRequest());
        }

        assertThat(objects(file)).singleElement().satisfies(object -> {
            assertThat(object)
                    .containsOnlyKeys(
                            "step",
                            "time",
                            "loss",
                            "lr",
                            "grad_norm",
                            "tokens_per_second",
                            "tokens",
                            "val_loss",
                            "mfu");
            assertThat(object)
                    .containsEntry("step", 0.0)
                    .containsEntry("loss", 6.22949123456789)
                    .containsEntry("lr", 6e-4 / 7)
                    .containsEntry("grad_norm", Math.PI)
                    .containsEntry("tokens_per_second", 1e5 / 3)
                    .containsEntry("tokens", 504.0)
                    .containsEntry("val_loss", THIRD)
                    .containsEntry("mfu", 0.1 + 0.2);
        });
    }

    @Test
    void timeAndCostOfTheRunStandInEachLine(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        CostMeter cost = CostMeter.at(new PricePerHour(3_600_000));
        try (MetricsFile metrics = new MetricsFile(file, cost, () -> Instant.ofEpochMilli(1_764_105_635_250L))) {
            metrics.onStart(from(0));
            metrics.onStep(step(0, 3, OptionalDouble.empty()), new StopRequest());
            metrics.onStep(step(1, 3, OptionalDouble.empty()), new StopRequest());
        }

        assertThat(objects(file)).allSatisfy(object -> assertThat(object).containsEntry("time", 1_764_105_635.25));
        assertThat(objects(file))
                .extracting(object -> (Double) object.get("dollars"))
                .isSorted()
                .allSatisfy(dollars -> assertThat(dollars).isPositive());
    }

    @Test
    void validationLossStandsOnlyWhereItWasMade(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            metrics.onStart(from(0));
            metrics.onStep(step(0, 3, OptionalDouble.empty()), new StopRequest());
            metrics.onStep(step(1, 2, OptionalDouble.of(2.5)), new StopRequest());
            metrics.onStep(step(2, 1, OptionalDouble.empty()), new StopRequest());
        }

        assertThat(objects(file))
                .extracting(object -> object.containsKey("val_loss"))
                .containsExactly(false, true, false);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void numberThatIsNotFiniteIsNull(double loss, @TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            metrics.onStart(from(0));
            metrics.onStep(step(0, loss, OptionalDouble.of(loss)), new StopRequest());
        }

        assertThat(Files.readString(file)).contains("\"loss\":null", "\"val_loss\":null");
    }

    @Test
    void lineIsInTheFileOnceItsStepWasTold(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            metrics.onStart(from(0));
            metrics.onStep(step(0, 3, OptionalDouble.empty()), new StopRequest());

            assertThat(steps(file)).containsExactly(0L);
            assertThat(Files.readString(file)).endsWith(System.lineSeparator());
        }
    }

    @Test
    void resumeTakesOutTheLinesOfStepsToBeDoneAgain(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        write(file, 0, 0, 1, 2, 3, 4);
        List<String> first = Files.readAllLines(file);

        write(file, 3, 3, 4, 5);

        assertThat(steps(file)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(Files.readAllLines(file)).startsWith(first.get(0), first.get(1), first.get(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "{\"step\":1", "{\"step\":1,\"lo", "{\"step\":1,\"loss\":6.2,\"lr\":", "", "\0\0\0", "[1]"})
    void resumeTakesOutALineLeftUnfinished(String unfinished, @TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        write(file, 0, 0);
        Files.writeString(file, Files.readString(file) + unfinished);

        write(file, 2, 2);

        assertThat(steps(file)).containsExactly(0L, 2L);
    }

    @Test
    void newRunBeginsAnEmptyFile(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        write(file, 0, 0, 1, 2);

        write(file, 0, 0);

        assertThat(steps(file)).containsExactly(0L);
    }

    @Test
    void resumeLeavesNoOtherFileBehind(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("metrics.jsonl");
        write(file, 0, 0, 1, 2);
        write(file, 2, 2);

        try (var left = Files.list(dir)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void missingDirectoryIsMade(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("new").resolve("run").resolve("metrics.jsonl");

        write(file, 0, 0);

        assertThat(steps(file)).containsExactly(0L);
    }

    @Test
    void nothingIsWrittenBeforeTheStart(@TempDir Path dir) {
        Path file = dir.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            assertThatThrownBy(() -> metrics.onStep(step(0, 1, OptionalDouble.empty()), new StopRequest()))
                    .isInstanceOf(IllegalStateException.class);
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void placeThatCannotBeWrittenIsNamed(@TempDir Path dir) throws IOException {
        Path notADirectory = Files.createFile(dir.resolve("file"));
        Path file = notADirectory.resolve("metrics.jsonl");
        try (MetricsFile metrics = new MetricsFile(file)) {
            assertThatThrownBy(() -> metrics.onStart(from(0)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    private static void write(Path file, long firstStep, long... steps) {
        try (MetricsFile metrics = new MetricsFile(file)) {
            metrics.onStart(from(firstStep));
            for (long step : steps) {
                metrics.onStep(step(step, 1, OptionalDouble.empty()), new StopRequest());
            }
        }
    }

    private static List<Long> steps(Path file) throws IOException {
        List<Long> steps = new ArrayList<>();
        for (Map<?, ?> object : objects(file)) {
            steps.add(((Number) Objects.requireNonNull(object.get("step"))).longValue());
        }
        return steps;
    }

    private static List<Map<String, Object>> objects(Path file) throws IOException {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            try (JsonReader reader = JsonReader.of(new Buffer().writeUtf8(line))) {
                @SuppressWarnings("unchecked")
                Map<String, Object> object = (Map<String, Object>) reader.readJsonValue();
                objects.add(object);
                assertThat(reader.peek()).isEqualTo(JsonReader.Token.END_DOCUMENT);
            }
        }
        return objects;
    }

    private static RunStart from(long firstStep) {
        return Told.start(firstStep);
    }

    private static Step step(long step, double loss, OptionalDouble validationLoss) {
        return Told.step(step)
                .loss(loss)
                .learningRate(6e-4 / 7)
                .gradientNorm(Math.PI)
                .validationLoss(validationLoss)
                .tokensPerSecond(1e5 / 3)
                .flopsUtilisation(OptionalDouble.of(0.1 + 0.2))
                .build();
    }
}
