package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes as ranks, which meet over Gloo. */
@Timeout(240)
class DistributedTrainingTest extends TinyData {
    private static final Percentage ONE_IN_10_000 = withPercentage(0.01);

    private Ranks start(int worldSize, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(data);
        return Ranks.start(folder, worldSize, all.toArray(new String[0]));
    }

    private Ranks alone(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(data);
        Ranks ranks = Ranks.none();
        ranks.add(folder, Map.of(), all.toArray(new String[0]));
        return ranks;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 8, 2", // the whole path, with nobody to talk to
        "2, 8, 2",
        "3, 8, 2", // shares of 2, 3 and 3: one micro-batch on rank 0 and two, of 2 and 1, on the others
        "4, 8, 2",
        "3, 7, 1" // nothing divides anything
    })
    void anyNumberOfRanksTrainsAsOneProcess(int worldSize, int sequences, int microBatch) {
        String[] arguments = {"maxSteps=30", "sequences=" + sequences, "microBatch=" + microBatch};
        try (Ranks one = alone(arguments);
                Ranks many = start(worldSize, arguments)) {
            assertThat(one.awaitExits()).as(one::describe).containsOnly(0);
            assertThat(many.awaitExits()).as(many::describe).containsOnly(0);

            assertThat(many.rows()).hasSize(30).isEqualTo(one.rows());
            assertSameLosses(many.steps(), one.steps());
            assertThat(evaluations(many.rank(0)))
                    .hasSize(6)
                    .zipSatisfy(
                            evaluations(one.rank(0)),
                            (loss, alone) -> assertThat(loss).isCloseTo(alone, ONE_IN_10_000));
            for (int rank = 1; rank < worldSize; rank++) {
                assertThat(many.steps(rank)).as("rank %s", rank).isEqualTo(many.steps());
            }
        }
    }

    /** Evaluations are of other sequences, as 8 make a batch then and not 2. */
    @Test
    void ranksThatLookForTheirMicroBatchTrainAsOneProcess() {
        try (Ranks one = alone("maxSteps=6");
                Ranks two = start(2, "maxSteps=6", "microBatch=auto")) {
            assertThat(one.awaitExits()).as(one::describe).containsOnly(0);
            assertThat(two.awaitExits()).as(two::describe).containsOnly(0);

            assertThat(two.rows()).hasSize(6).isEqualTo(one.rows());
            assertSameLosses(two.steps(), one.steps());
            assertThat(two.rank(0).lines("start ")).containsExactly("0 0/2 4");
            assertThat(two.rank(1).lines("start ")).containsExactly("0 1/2 4");
        }
    }

    private static List<Double> evaluations(ChildJvm rank) {
        return rank.lines("evaluated ").stream()
                .map(line -> Double.parseDouble(line.split(" ", -1)[1]))
                .toList();
    }

    private static void assertSameLosses(Map<Long, Ranks.Said> steps, Map<Long, Ranks.Said> expected) {
        assertThat(steps.keySet()).isEqualTo(expected.keySet());
        steps.forEach((step, said) -> {
            assertThat(said.loss())
                    .as("loss of step %s", step)
                    .isCloseTo(said(expected, step).loss(), ONE_IN_10_000);
            assertThat(said.gradientNorm())
                    .as("gradient norm of step %s", step)
                    .isCloseTo(said(expected, step).gradientNorm(), ONE_IN_10_000);
        });
    }

    private static Ranks.Said said(Map<Long, Ranks.Said> steps, Long step) {
        return Objects.requireNonNull(steps.get(step));
    }

    @Test
    void aRunGoesOnWithAnyOtherNumberOfRanksAfterAKill() {
        String[] arguments = {"maxSteps=30", "resume=latest", "checkpoints=" + folder.resolve("checkpoints")};
        try (Ranks unbroken = alone("maxSteps=30");
                Ranks two = start(2, arguments)) {
            two.rank(0).awaitLine("saved 7");
            two.kill();

            try (Ranks one = alone(arguments)) {
                String resumedOne = one.rank(0).awaitLine("start ");
                one.rank(0).awaitLine("saved 15");
                one.kill();

                try (Ranks three = start(3, arguments)) {
                    assertThat(three.awaitExits()).as(three::describe).containsOnly(0);
                    assertThat(unbroken.awaitExits()).as(unbroken::describe).containsOnly(0);

                    assertThat(firstStep(resumedOne)).isGreaterThan(7);
                    long resumedThree = firstStep(three.rank(0).awaitLine("start "));
                    assertThat(resumedThree).isGreaterThan(15);
                    for (Ranks part : List.of(two, one, three)) {
                        part.steps()
                                .forEach((step, said) -> assertThat(said.loss())
                                        .as("loss of step %s", step)
                                        .isCloseTo(said(unbroken.steps(), step).loss(), ONE_IN_10_000));
                    }
                    // What a kill cut off is done again, as it would have been; whole steps are done whole.
                    part(two, firstStep(resumedOne), unbroken);
                    part(one, resumedThree, unbroken);
                    part(three, 30, unbroken);
                }
            }
        }
    }

    private static long firstStep(String startLine) {
        return Long.parseLong(startLine.split(" ", -1)[1]);
    }

    private static void part(Ranks part, long end, Ranks unbroken) {
        part.rows().forEach((step, rows) -> {
            if (step < end) {
                assertThat(rows)
                        .as("rows of step %s", step)
                        .isEqualTo(unbroken.rows().get(step));
            }
        });
        assertThat(part.stepsDone()).contains(end - 1);
    }

    @Test
    void waitingForOtherRanksIsReported() {
        try (Ranks two = start(2, "maxSteps=5")) {
            assertThat(two.awaitExits()).as(two::describe).containsOnly(0);

            assertThat(two.rank(0).lines("step "))
                    .hasSize(5)
                    .allSatisfy(line ->
                            assertThat(Long.parseLong(line.split(" ", -1)[4])).isPositive());
        }
        try (Ranks alone = alone("maxSteps=5")) {
            assertThat(alone.awaitExits()).containsOnly(0);

            assertThat(alone.rank(0).lines("step "))
                    .allSatisfy(line -> assertThat(line).endsWith(" 0"));
        }
    }
}
