package ai.flightmind.train.data;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleOrderTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 100, 3_125})
    void eachEpochReadsEveryRowOnce(int sequences) {
        SampleOrder order = new SampleOrder(sequences, seed(42));

        for (long epoch : new long[] {0, 1, 2, 1_000_000}) {
            assertThat(sorted(order.rows(epoch * sequences, sequences)))
                    .as("epoch %d", epoch)
                    .isEqualTo(LongStream.range(0, sequences).toArray());
        }
    }

    @Test
    void batchThatStraddlesAnEpochEndsOneAndBeginsTheNext() {
        SampleOrder order = new SampleOrder(10, seed(42));
        long[] first = order.rows(0, 10);
        long[] second = order.rows(10, 10);

        assertThat(order.rows(7, 6)).containsExactly(first[7], first[8], first[9], second[0], second[1], second[2]);
    }

    @Test
    void batchLongerThanAnEpochReadsEachRowAsOftenAsItHasEpochs() {
        assertThat(sorted(new SampleOrder(3, seed(42)).rows(0, 9))).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 13, 100, 249})
    void readingInAnyPortionsGivesTheSameRows(int portion) {
        long[] whole = new SampleOrder(100, seed(42)).rows(0, 250);

        long[] read = new long[0];
        for (int from = 0; from < whole.length; from += portion) {
            // Anew each time, as after a restart.
            long[] next = new SampleOrder(100, seed(42)).rows(from, Math.min(portion, whole.length - from));
            int end = read.length;
            read = Arrays.copyOf(read, end + next.length);
            System.arraycopy(next, 0, read, end, next.length);
        }

        assertThat(read).isEqualTo(whole);
    }

    @Test
    void epochsHaveOrdersOfTheirOwn() {
        SampleOrder order = new SampleOrder(1_000, seed(42));

        assertThat(agreeing(order.rows(0, 1_000), order.rows(1_000, 1_000))).isLessThan(10);
        assertThat(agreeing(order.rows(1_000, 1_000), order.rows(2_000, 1_000))).isLessThan(10);
    }

    @ParameterizedTest
    @CsvSource({"42, 43", "0, 1", "-1, 1", "0, -9223372036854775808"})
    void seedsHaveOrdersOfTheirOwn(long one, long other) {
        assertThat(agreeing(
                        new SampleOrder(1_000, seed(one)).rows(0, 1_000),
                        new SampleOrder(1_000, seed(other)).rows(0, 1_000)))
                .isLessThan(10);
    }

    @Test
    void seedsNextToEachOtherDoNotShareEpochs() {
        // Were seed and epoch merely added, epoch 1 of seed 42 would be epoch 0 of seed 43.
        assertThat(agreeing(
                        new SampleOrder(1_000, seed(42)).rows(1_000, 1_000),
                        new SampleOrder(1_000, seed(43)).rows(0, 1_000)))
                .isLessThan(10);
    }

    @Test
    void trillionSequencesTakeNoMemory() {
        long sequences = 1_000_000_000_000L;
        SampleOrder order = new SampleOrder(sequences, seed(42));
        order.rows(0, 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        long[] rows = order.rows(5 * sequences - 3, 6);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
        assertThat(rows).doesNotHaveDuplicates();
        assertThat(LongStream.of(rows)).allMatch(row -> row >= 0 && row < sequences);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5})
    void noSequencesAreRefused(long sequences) {
        assertThatThrownBy(() -> new SampleOrder(sequences, seed(42)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one sequence")
                .hasMessageContaining(Long.toString(sequences));
    }

    private static long agreeing(long[] one, long[] other) {
        return LongStream.range(0, one.length)
                .filter(i -> one[(int) i] == other[(int) i])
                .count();
    }

    private static long[] sorted(long[] rows) {
        long[] sorted = rows.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
