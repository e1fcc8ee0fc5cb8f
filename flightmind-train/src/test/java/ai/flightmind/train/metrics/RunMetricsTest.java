package ai.flightmind.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {
    @TempDir
    Path dir;

    @Test
    void whatMetricsFileWroteIsReadToTheLastDigit() {
        Path file = dir.resolve("metrics.jsonl");
        Instant before = Instant.now().minusMillis(1);
        try (MetricsFile metrics = new MetricsFile(file, CostMeter.at(new PricePerHour(3_600)))) {
            metrics.onStart(Told.start(0));
            metrics.onStep(
                    Told.step(0)
                            .loss(6.22949123456789)
                            .learningRate(6e-4 / 7)
                            .gradientNorm(Math.PI)
                            .validationLoss(1.0 / 3)
                            .tokensPerSecond(1e5 / 3)
                            .flopsUtilisation(OptionalDouble.of(0.1 + 0.2))
                            .communication(Duration.ofNanos(1_234_567))
                            .build(),
                    new StopRequest());
        }

        assertThat(RunMetrics.read(file).steps()).singleElement().satisfies(step -> {
            assertThat(step.step()).isZero();
            assertThat(step.time()).get().satisfies(time -> assertThat(time).isBetween(before, Instant.now()));
            assertThat(step.loss()).hasValue(6.22949123456789);
            assertThat(step.learningRate()).hasValue(6e-4 / 7);
            assertThat(step.gradientNorm()).hasValue(Math.PI);
            assertThat(step.validationLoss()).hasValue(1.0 / 3);
            assertThat(step.tokensPerSecond()).hasValue(1e5 / 3);
            assertThat(step.tokens()).isEqualTo(OptionalLong.of(504));
            assertThat(step.flopsUtilisation()).hasValue(0.1 + 0.2);
            assertThat(step.dollars().getAsDouble()).isPositive();
            assertThat(step.others()).containsOnlyKeys("comm_ms").containsEntry("comm_ms", 1.234567);
        });
    }

    @Test
    void numbersOfOtherProgramsAreFoundByTheirPath() throws IOException {
        Path file =
                write("a.jsonl", "{\"step\":3,\"sources\":{\"fineweb\":6,\"own\":[1,2]},\"note\":\"x\",\"loss\":null}");

        assertThat(RunMetrics.read(file).steps()).singleElement().satisfies(step -> {
            assertThat(step.loss()).isEmpty();
            assertThat(step.others())
                    .containsOnlyKeys("sources.fineweb", "sources.own.0", "sources.own.1")
                    .containsEntry("sources.fineweb", 6.0)
                    .containsEntry("sources.own.1", 2.0);
        });
    }

    @Test
    void piecesOfAResumedRunAreJoinedWithoutGapOrDoubledStep() throws IOException {
        Path first = write("1.jsonl", lines(1, 0, 1, 2, 3, 4));
        Path second = write("2.jsonl", lines(2, 3, 4, 5, 6));
        Path third = write("3.jsonl", lines(3, 7, 8));

        RunMetrics run = RunMetrics.read(List.of(first, second, third));

        assertThat(run.steps()).extracting(StepMetrics::step).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(run.steps())
                .extracting(step -> step.loss().getAsDouble())
                .containsExactly(1., 1., 1., 2., 2., 2., 2., 3., 3.);
        assertThat(run.joints()).containsExactly(3L, 7L);
        assertThat(run.gaps()).isEmpty();
        assertThat(run.damaged()).isEmpty();
    }

    @Test
    void piecesBehindOneAnotherInOneFileAreJoinedAlike() throws IOException {
        Path file = write("all.jsonl", lines(1, 0, 1, 2, 3) + lines(2, 2, 3, 4));

        RunMetrics run = RunMetrics.read(file);

        assertThat(run.steps()).extracting(step -> step.loss().getAsDouble()).containsExactly(1., 1., 2., 2., 2.);
        assertThat(run.joints()).containsExactly(2L);
    }

    @Test
    void resumeFurtherBackTakesOutLaterJoints() throws IOException {
        Path file = write("all.jsonl", lines(1, 0, 1, 2, 3) + lines(2, 3, 4) + lines(3, 1, 2));

        RunMetrics run = RunMetrics.read(file);

        assertThat(run.steps()).extracting(step -> step.loss().getAsDouble()).containsExactly(1., 3., 3.);
        assertThat(run.joints()).containsExactly(1L);
    }

    @Test
    void runBegunAgainFromStepZeroIsNoResume() throws IOException {
        RunMetrics run = RunMetrics.read(write("all.jsonl", lines(1, 0, 1, 2) + lines(2, 0, 1)));

        assertThat(run.steps()).extracting(step -> step.loss().getAsDouble()).containsExactly(2., 2.);
        assertThat(run.joints()).isEmpty();
    }

    @Test
    void missingPieceIsAGap() throws IOException {
        Path first = write("1.jsonl", lines(1, 0, 1));
        Path third = write("3.jsonl", lines(3, 5, 6));

        assertThat(RunMetrics.read(List.of(first, third)).gaps()).containsExactly(new RunMetrics.Gap(2, 4));
    }

    @Test
    void lineLeftUnfinishedIsPassedOverAndNamed() throws IOException {
        Path first = write("1.jsonl", lines(1, 0, 1) + "{\"step\":2,\"lo");
        Path second = write("2.jsonl", "\0\0\0\n" + lines(2, 2));

        RunMetrics run = RunMetrics.read(List.of(first, second));

        assertThat(run.steps()).extracting(StepMetrics::step).containsExactly(0L, 1L, 2L);
        assertThat(run.damaged()).containsExactly(new RunMetrics.Damage(first, 3), new RunMetrics.Damage(second, 1));
    }

    @Test
    void bestIsTheFirstOfTheLowestValidationLosses() throws IOException {
        Path file = write("a.jsonl", """
                {"step":0}
                {"step":1,"val_loss":3}
                {"step":2,"val_loss":2.5}
                {"step":3,"val_loss":null}
                {"step":4,"val_loss":2.5}
                """);

        assertThat(RunMetrics.read(file).best())
                .get()
                .extracting(StepMetrics::step)
                .isEqualTo(2L);
    }

    @Test
    void emptyFileIsARunWithoutSteps() throws IOException {
        RunMetrics run = RunMetrics.read(write("a.jsonl", ""));

        assertThat(run.steps()).isEmpty();
        assertThat(run.last()).isEmpty();
        assertThat(run.best()).isEmpty();
    }

    @Test
    void missingFileIsNamed() {
        Path missing = dir.resolve("missing.jsonl");

        assertThatThrownBy(() -> RunMetrics.read(missing))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void hundredThousandLinesAreReadInUnderASecond() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int step = 0; step < 100_000; step++) {
            text.append(String.format(
                    Locale.ROOT,
                    "{\"step\":%d,\"time\":%.3f,\"loss\":%.15f,\"lr\":%.17f,\"grad_norm\":%.15f,"
                            + "\"tokens_per_second\":%.9f,\"tokens\":%d,\"mfu\":%.15f,\"dollars\":%.9f}\n",
                    step,
                    1.764e9 + step,
                    3 + 1.0 / (step + 1),
                    6e-4 / (step + 1),
                    1 + 1.0 / (step + 3),
                    175_000 + 1.0 / (step + 1),
                    524_288L * (step + 1),
                    0.4 + 1e-6 / (step + 1),
                    step * 0.01));
        }
        Path file = write("long.jsonl", text.toString());

        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = LongStream.range(0, 3)
                .map(run -> {
                    long begin = threads.getCurrentThreadCpuTime(); // the clock would count the other tests' work, too
                    assertThat(RunMetrics.read(file).steps()).hasSize(100_000);
                    return threads.getCurrentThreadCpuTime() - begin;
                })
                .min()
                .orElseThrow();

        assertThat(best / 1e9).as("seconds").isLessThan(1);
    }

    private Path write(String name, String text) throws IOException {
        return Files.write(dir.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String lines(int loss, long... steps) {
        StringBuilder text = new StringBuilder();
        for (long step : steps) {
            text.append("{\"step\":")
                    .append(step)
                    .append(",\"loss\":")
                    .append(loss)
                    .append("}\n");
        }
        return text.toString();
    }
}
