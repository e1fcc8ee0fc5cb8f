package ai.flightmind.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedPermutationTest {
    @Test
    void everySmallSizeIsABijection() {
        for (int size = 1; size <= 300; size++) {
            for (long key : new long[] {0, 1, -1, 42, Long.MIN_VALUE}) {
                assertThat(sorted(size, key))
                        .as("size %d, key %d", size, key)
                        .isEqualTo(LongStream.range(0, size).toArray());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536, 65_537, 262_144, 1_000_003})
    void everyLargerSizeIsABijection(int size) {
        assertThat(sorted(size, 7)).isEqualTo(LongStream.range(0, size).toArray());
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 40) - 1, 1L << 40, (1L << 40) + 1, 1L << 61})
    void hugeSizesStayInRangeWithoutRepeating(long size) {
        KeyedPermutation permutation = new KeyedPermutation(size, 3);

        long[] images = LongStream.range(0, 1_000)
                .flatMap(i -> LongStream.of(permutation.apply(i), permutation.apply(size - 1 - i)))
                .toArray();

        assertThat(images).doesNotHaveDuplicates();
        assertThat(LongStream.of(images)).allMatch(image -> image >= 0 && image < size);
    }

    @Test
    void sameKeyGivesTheSameOrder() {
        assertThat(images(1_000, 42)).isEqualTo(images(1_000, 42));
    }

    @Test
    void otherKeysGiveOtherOrders() {
        long[] order = images(1_000, 42);

        for (long key : new long[] {0, 41, 43, -42, 42L << 32}) {
            long[] other = images(1_000, key);
            // Two random orders agree in one place on average.
            assertThat(LongStream.range(0, 1_000)
                            .filter(i -> order[(int) i] == other[(int) i])
                            .count())
                    .as("places shared with key %d", key)
                    .isLessThan(10);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7})
    void placeDoesNotTellTheImage(long key) {
        int size = 10_000;
        long[] images = images(size, key);
        double mean = (size - 1) / 2.0;
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < size; i++) {
            covariance += (i - mean) * (images[i] - mean);
            variance += (i - mean) * (i - mean);
        }

        // The standard deviation of the rank correlation of a random order is 1/√n.
        assertThat(covariance / variance).isCloseTo(0, within(4 / Math.sqrt(size)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7})
    void neighboursDoNotStayTogether(long key) {
        long[] images = images(10_000, key);
        int together = 0;
        for (int i = 1; i < images.length; i++) {
            if (Math.abs(images[i] - images[i - 1]) == 1) {
                together++;
            }
        }

        // Two are expected of a random order.
        assertThat(together).isLessThan(12);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7})
    void eachTenthOfThePlacesIsSpreadOverAllTenths(long key) {
        int size = 10_000;
        long[] images = images(size, key);
        int[][] counts = new int[10][10];
        for (int i = 0; i < size; i++) {
            counts[i / 1_000][(int) images[i] / 1_000]++;
        }
        double chiSquare = Arrays.stream(counts)
                .flatMapToInt(Arrays::stream)
                .mapToDouble(count -> (count - 100) * (count - 100) / 100.0)
                .sum();

        // 81 degrees of freedom: mean 81, standard deviation 12.7.
        assertThat(chiSquare).isBetween(81 - 5 * 12.7, 81 + 5 * 12.7);
    }

    @Test
    void keysReachEveryOrderOfFourEquallyOften() {
        Map<String, Integer> counts = new HashMap<>();
        for (long key = 0; key < 24_000; key++) {
            counts.merge(Arrays.toString(images(4, key)), 1, Integer::sum);
        }

        assertThat(counts).hasSize(24);
        // A count's standard deviation is 31.
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(1_000 - 5 * 31, 1_000 + 5 * 31));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 10, Long.MAX_VALUE})
    void indexOutsideIsRefused(long index) {
        KeyedPermutation permutation = new KeyedPermutation(10, 1);

        assertThatThrownBy(() -> permutation.apply(index))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining(Long.toString(index));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void emptyPermutationIsRefused(long size) {
        assertThatThrownBy(() -> new KeyedPermutation(size, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static long[] images(int size, long key) {
        KeyedPermutation permutation = new KeyedPermutation(size, key);
        return LongStream.range(0, size).map(permutation::apply).toArray();
    }

    private static long[] sorted(int size, long key) {
        long[] images = images(size, key);
        Arrays.sort(images);
        return images;
    }
}
