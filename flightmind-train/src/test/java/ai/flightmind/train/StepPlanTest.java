package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepPlanTest {
    @ParameterizedTest
    @CsvSource({
        // the guide's
        "524288, 8, 2048, 32",
        "524288, 4, 2048, 64",
        // the recorded run's
        "512, 4, 64, 2",
        // other powers of two
        "524288, 1, 2048, 256",
        "524288, 2, 2048, 128",
        "524288, 16, 2048, 16",
        "524288, 32, 2048, 8",
        "524288, 64, 2048, 4",
        "524288, 256, 2048, 1",
        "1048576, 8, 2048, 64",
        "2048, 1, 2048, 1",
        // whole sequences of targets
        "504, 4, 64, 2",
        "252, 4, 64, 1",
        "18, 3, 2, 6",
        "6141, 3, 2048, 1"
    })
    void tokensAreCutIntoMicroBatches(long tokensPerStep, int microBatchSize, int sequenceLength, int accumulation) {
        StepPlan plan = StepPlan.of(tokensPerStep, microBatchSize, sequenceLength);

        assertThat(plan).isEqualTo(new StepPlan(microBatchSize, accumulation, sequenceLength));
        assertThat(plan.sequencesPerStep()).isEqualTo(microBatchSize * accumulation);
        assertThat(plan.targetsPerStep())
                .isEqualTo((long) microBatchSize * accumulation * (sequenceLength - 1))
                .isLessThanOrEqualTo(tokensPerStep);
    }

    @Test
    void sequencesThatCannotBeDividedAreRefusedWithWhatWouldDo() {
        assertThatThrownBy(() -> StepPlan.of(524_288, 7, 2_048))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tokensPerStep 524288 is 256 sequences of 2047 targets")
                .hasMessageContaining("cannot be divided into micro-batches of 7")
                .hasMessageContaining("Use a microBatchSize of 1 or 2 or 4 or 8 or 16 or 32 or 64")
                .hasMessageContaining("or tokensPerStep 515844");
    }

    @ParameterizedTest
    @CsvSource({"524288, 7, 2048, 1", "524288, 7, 2048, 64", "524288, 24, 2048, 8", "630, 4, 64, 5"})
    void suggestedMicroBatchSizeIsTaken(long tokensPerStep, int refused, int sequenceLength, int suggested) {
        assertThatThrownBy(() -> StepPlan.of(tokensPerStep, refused, sequenceLength))
                .hasMessageMatching(
                        ".* microBatchSize of (\\d+ or )*" + suggested + "( or \\d+)*, or tokensPerStep .*");

        assertThat(StepPlan.of(tokensPerStep, suggested, sequenceLength).microBatchSize())
                .isEqualTo(suggested);
    }

    @ParameterizedTest
    @CsvSource({"524288, 7, 2048, 515844", "524288, 24, 2048, 491280", "630, 4, 64, 504"})
    void suggestedTokensPerStepAreTaken(long refused, int microBatchSize, int sequenceLength, long suggested) {
        assertThatThrownBy(() -> StepPlan.of(refused, microBatchSize, sequenceLength))
                .hasMessageEndingWith("or tokensPerStep " + suggested + ".");

        assertThat(StepPlan.of(suggested, microBatchSize, sequenceLength).targetsPerStep())
                .isEqualTo(suggested);
    }

    @ParameterizedTest
    @ValueSource(longs = {251, 1, 0, -512})
    void lessThanAMicroBatchIsRefused(long tokensPerStep) {
        assertThatThrownBy(() -> StepPlan.of(tokensPerStep, 4, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tokensPerStep " + tokensPerStep + " is less than one micro-batch")
                .hasMessageContaining("4 sequences of 63 targets are 252")
                .hasMessageContaining("Raise tokensPerStep or lower microBatchSize");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void microBatchOfNoSequencesIsRefused(int microBatchSize) {
        assertThatThrownBy(() -> StepPlan.of(524_288, microBatchSize, 2_048))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("microBatchSize must be at least 1")
                .hasMessageContaining(Integer.toString(microBatchSize));
    }

    @Test
    void moreSequencesThanAnIntHoldsAreRefused() {
        assertThatThrownBy(() -> StepPlan.of(1L << 40, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many sequences");
    }

    @ParameterizedTest
    @CsvSource({
        "524288, 2048, 256",
        "504, 64, 8", // as targets
        "512, 64, 8", // as whole sequences
        "252, 64, 4", // fewer than the default takes at once
        "756, 64, 12", // which the default does not divide
        "8388608, 2048, 4096", // so many that a step of one at a time would have 4,098
        "4032, 64, 64" // 64 sequences of targets, though also 63 whole ones
    })
    void autoLeavesAStepAsTheDefaultMakesIt(long tokensPerStep, int sequenceLength, int sequences) {
        StepPlan plan = StepPlan.of(tokensPerStep, MicroBatch.auto(), sequenceLength);

        assertThat(plan.sequencesPerStep()).isEqualTo(sequences);
        for (int size : plan.microBatchSizes(1)) {
            assertThat(plan.withMicroBatchSize(size).sequencesPerStep()).isEqualTo(sequences);
        }
        if (sequences % 8 == 0) {
            assertThat(StepPlan.of(tokensPerStep, 8, sequenceLength).sequencesPerStep())
                    .isEqualTo(sequences);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "12, 1, 1 2 3 4 6 12",
        "12, 2, 1 2 3 6", // a share of 6, which 4 does not divide
        "12, 4, 1 3",
        "8, 3, 1 2", // shares of 2, 3 and 3
        "7, 3, 1",
        "8, 8, 1"
    })
    void microBatchesDivideTheStepAndTheRanksShares(int sequences, int worldSize, String sizes) {
        assertThat(IntStream.of(new StepPlan(1, sequences, 64).microBatchSizes(worldSize))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(sizes);
    }

    @ParameterizedTest
    @CsvSource({"256, 3", "256, 4", "7, 3", "8, 8", "9, 2"})
    void ranksShareAStepInOrderAndNearlyEvenly(int sequences, int worldSize) {
        StepPlan plan = new StepPlan(1, sequences, 64);
        int next = 0;
        for (int rank = 0; rank < worldSize; rank++) {
            StepPlan.Share share = plan.share(rank, worldSize);
            assertThat(share.from()).isEqualTo(next);
            assertThat(share.sequences()).isBetween(sequences / worldSize, sequences / worldSize + 1);
            assertThat(share.microBatches()).isEqualTo(share.sequences());
            next += share.sequences();
        }
        assertThat(next).isEqualTo(sequences);
    }

    @Test
    void theLastMicroBatchOfAShareMayBeSmaller() {
        assertThat(new StepPlan(8, 32, 2_048).share(2, 3)).isEqualTo(new StepPlan.Share(170, 86, 11));
    }
}
