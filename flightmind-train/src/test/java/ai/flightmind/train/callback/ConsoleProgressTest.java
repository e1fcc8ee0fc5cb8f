package ai.flightmind.train.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleProgressTest {
    private final Locale before = Locale.getDefault();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ConsoleProgress progress = new ConsoleProgress(new PrintStream(printed, true, UTF_8), 10);

    /** It writes 6,2295 and 1.024: no test here may see that. */
    @BeforeEach
    void germanMachine() {
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @Test
    void stepReadsLikeTheOriginalsWithTheRestBehind() {
        progress.onStep(step(10, 100, OptionalDouble.empty(), OptionalDouble.empty(), false), new StopRequest());

        assertThat(lines())
                .containsExactly(
                        "step     10 | loss 6.2295 | lr 6.60e-04 | grad_norm 1.10 | 1,024 tok/s | eta 26:03:07");
    }

    @Test
    void utilisationIsPrintedWhereItIsKnown() {
        progress.onStep(step(20, 100, OptionalDouble.empty(), OptionalDouble.of(0.4231), false), new StopRequest());

        assertThat(lines())
                .containsExactly("step     20 | loss 6.2295 | lr 6.60e-04 | grad_norm 1.10 | 1,024 tok/s | mfu 42.3 %"
                        + " | eta 26:03:07");
    }

    @Test
    void everyTenthAndTheLastStepArePrinted() {
        for (long step = 0; step < 24; step++) {
            progress.onStep(step(step, 24, OptionalDouble.empty(), OptionalDouble.empty(), false), new StopRequest());
        }

        assertThat(lines())
                .extracting(line -> line.substring(0, line.indexOf(" |")))
                .containsExactly("step      0", "step     10", "step     20", "step     23");
    }

    @Test
    void skippedStepIsPrintedAlthoughItIsNotItsTurn() {
        progress.onStep(step(7, 100, OptionalDouble.empty(), OptionalDouble.empty(), true), new StopRequest());

        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("step      7 |")
                .endsWith("not finite: update skipped");
    }

    @Test
    void validationLossIsPrintedAlthoughItsStepIsNot() {
        progress.onStep(step(7, 100, OptionalDouble.of(5.98765), OptionalDouble.empty(), false), new StopRequest());

        assertThat(lines()).containsExactly("  -> val_loss: 5.9877");
    }

    @Test
    void startTellsModelDataAndSteps() {
        progress.onStart(Told.start(1_003, 50_000, Optional.of(Path.of("step_1002.pt"))));

        assertThat(lines()).hasSize(3);
        assertThat(lines().get(0)).isEqualTo("FlightMind-d2 (590,464 parameters) on cpu, FP32, attention products");
        assertThat(lines().get(1))
                .isEqualTo(
                        "3,125 sequences of 64 tokens; a step is 2 x 4 sequences, 504 tokens; steps 1,003 to 49,999");
        assertThat(lines().get(2)).isEqualTo("resumed from step_1002.pt");
    }

    @Test
    void checkpointIsPrinted() {
        progress.onCheckpoint(new CheckpointWritten(Path.of("step_9.pt"), 9, 1, Duration.ZERO));

        assertThat(lines()).containsExactly("  -> saved step_9.pt");
    }

    @Test
    void percentSignInANameIsNoFormat() {
        progress.onCheckpoint(new CheckpointWritten(Path.of("100%done.pt"), 9, 1, Duration.ZERO));

        assertThat(lines()).containsExactly("  -> saved 100%done.pt");
    }

    @Test
    void checkpointThatFailedIsPrinted() {
        progress.onCheckpointFailure(new IllegalStateException("disk full"));

        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("  -> NOT saved")
                .endsWith("disk full");
    }

    @Test
    void endTellsHow() {
        progress.onEnd(result(true, Optional.empty()));
        progress.onEnd(result(false, Optional.of("SIGTERM")));

        assertThat(lines())
                .containsExactly(
                        "completed after 1,234 steps, 5,678,901 tokens, 0:01:05; 2 updates skipped",
                        "stopped: SIGTERM after 1,234 steps, 5,678,901 tokens, 0:01:05; 2 updates skipped");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void printingEveryNoStepIsRefused(long every) {
        assertThatThrownBy(() -> new ConsoleProgress(System.out, every))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Long.toString(every));
    }

    private List<String> lines() {
        return printed.toString(UTF_8).lines().toList();
    }

    private static TrainingResult result(boolean completed, Optional<String> reason) {
        return new TrainingResult(
                completed,
                reason,
                1_234,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                5_678_901,
                2,
                Optional.empty(),
                Duration.ofSeconds(65));
    }

    private static Step step(
            long step, long maxSteps, OptionalDouble validationLoss, OptionalDouble utilisation, boolean skipped) {
        return Told.step(step)
                .maxSteps(maxSteps)
                .loss(6.22949)
                .learningRate(6.6e-4)
                .gradientNorm(1.1042)
                .skipped(skipped)
                .validationLoss(validationLoss)
                .averageTokensPerSecond(1_023.7)
                .flopsUtilisation(utilisation)
                .remaining(Duration.ofHours(26).plusMinutes(3).plusSeconds(7))
                .build();
    }
}
