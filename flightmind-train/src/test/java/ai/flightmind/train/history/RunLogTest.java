package ai.flightmind.train.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.flightmind.train.callback.CheckpointWritten;
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
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00.250Z");

    @TempDir
    Path dir;

    private Path file;
    private Instant now = NOON;

    @BeforeEach
    void name() {
        file = dir.resolve("run").resolve("run.jsonl");
    }

    private RunLog log(CostMeter cost) {
        return new RunLog(file, cost, () -> now);
    }

    @Test
    void everythingThatHappenedIsReadBack() {
        RunLog log = log(CostMeter.at(new PricePerHour(0)));
        log.onStart(Told.start(5, 100, Optional.of(Path.of("step_4.pt"))));
        log.onStep(Told.step(5).skipped(true).build(), new StopRequest());
        log.onSample(new Sample(5, "METAR", " EDDF \"27015KT\"\nä"));
        log.onCheckpoint(
                new CheckpointWritten(Path.of("checkpoints", "step_5.pt"), 5, 1_234, Duration.ofMillis(1_500)));
        log.onCheckpointFailure(new IllegalStateException("disk full"));
        log.onEnd(result(Optional.of("SIGTERM")));

        List<RunRecord> records = RunHistory.read(file).records();

        assertThat(records).first().isInstanceOfSatisfying(RunRecord.Started.class, start -> {
            assertThat(start.time()).isEqualTo(NOON);
            assertThat(start.firstStep()).isEqualTo(5);
            assertThat(start.maxSteps()).isEqualTo(100);
            assertThat(start.resumedFrom()).hasValue("step_4.pt");
            assertThat(start.hyperparameters()).containsEntry("learning_rate", "6.0E-4");
            assertThat(start.environment())
                    .containsEntry("device", "cpu")
                    .containsEntry("java", System.getProperty("java.runtime.version"))
                    .containsKeys("cpu", "cores", "system", "libtorch");
            assertThat(start.dollarsPerHour()).hasValue(0);
        });
        assertThat(records.subList(1, records.size()))
                .containsExactly(
                        new RunRecord.Skipped(NOON, 5),
                        new RunRecord.Wrote(NOON, 5, "METAR", " EDDF \"27015KT\"\nä"),
                        new RunRecord.Saved(NOON, 5, "step_5.pt", 1_234, Duration.ofMillis(1_500)),
                        new RunRecord.NotSaved(NOON, 5, "disk full"),
                        new RunRecord.Ended(NOON, 6, 3_024, Optional.of("SIGTERM"), OptionalDouble.of(0)));
    }

    @Test
    void logGrowsOverTheProcessesOfARun() {
        RunLog first = log(CostMeter.unknown());
        first.onStart(Told.start(0));
        first.onEnd(result(Optional.of("SIGTERM")));
        RunLog second = log(CostMeter.unknown());
        second.onStart(Told.start(6));
        second.onError(new IllegalStateException("out of memory"));
        RunLog third = log(CostMeter.unknown());
        third.onStart(Told.start(6));

        RunHistory history = RunHistory.read(file);

        assertThat(history.resumedAt()).containsExactly(6L, 6L);
        assertThat(history.of(RunRecord.Failed.class))
                .extracting(RunRecord.Failed::message, RunRecord.Failed::step)
                .containsExactly(tuple("java.lang.IllegalStateException: out of memory", 5L));
        assertThat(history.newestEnd()).isEmpty();
        assertThat(history.vanishedAfter()).isEmpty();
    }

    @Test
    void processThatEndedWithoutAWordIsMissed() throws IOException {
        RunLog killed = log(CostMeter.unknown());
        killed.onStart(Told.start(0));
        now = NOON.plusSeconds(60);
        killed.onCheckpoint(new CheckpointWritten(Path.of("step_5.pt"), 5, 1, Duration.ZERO));
        Files.writeString(file, "{\"event\":\"sam", StandardOpenOption.APPEND);
        now = NOON.plusSeconds(600);
        RunLog second = log(CostMeter.unknown());
        second.onStart(Told.start(6));
        now = NOON.plusSeconds(630);
        second.onEnd(result(Optional.empty()));

        RunHistory history = RunHistory.read(file);

        assertThat(history.records()).hasSize(4);
        assertThat(history.vanishedAfter()).containsExactly(NOON.plusSeconds(60));
        assertThat(history.newestEnd()).get().isInstanceOf(RunRecord.Ended.class);
        assertThat(history.timeTrained()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void linesOfALaterVersionArePassedOver() throws IOException {
        Path later = Files.writeString(
                dir.resolve("later.jsonl"),
                "{\"event\":\"teleported\",\"time\":1}\n{\"event\":\"skipped\",\"time\":1,\"step\":2}\n");

        assertThat(RunHistory.read(later).records())
                .containsExactly(new RunRecord.Skipped(Instant.ofEpochSecond(1), 2));
    }

    @Test
    void placeThatCannotBeWrittenIsNamedAtTheStart() throws IOException {
        Path notADirectory = Files.createFile(dir.resolve("run"));

        assertThatThrownBy(() -> log(CostMeter.unknown()).onStart(Told.start(0)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(notADirectory.toString());
    }

    private static TrainingResult result(Optional<String> stopReason) {
        return new TrainingResult(
                stopReason.isEmpty(),
                stopReason,
                6,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                3_024,
                1,
                Optional.empty(),
                Duration.ofSeconds(5));
    }
}
