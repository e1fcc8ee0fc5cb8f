package ai.flightmind.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlidingWindowsTest {
    @ParameterizedTest
    @CsvSource({"8,8", "8,4", "8,3", "8,1", "1,1"})
    void everyTokenIsScoredOnceBehindAsManyAsTheStrideAllows(int length, int stride) {
        for (int size = 1; size <= 40; size++) {
            List<SlidingWindows.Window> windows = new ArrayList<>();
            SlidingWindows cutter = new SlidingWindows(length, stride, windows::add);
            cutter.begin(0);
            int[] tokens = IntStream.rangeClosed(1, size).toArray();
            for (int from = 0; from < size; from += 5) {
                cutter.append(Arrays.copyOfRange(tokens, from, Math.min(size, from + 5)));
            }
            cutter.end();

            List<Integer> scored = new ArrayList<>();
            for (SlidingWindows.Window window : windows) {
                assertThat(window.length()).isBetween(1, length);
                for (int i = 0; i < window.length(); i++) {
                    int input = window.inputs()[i];
                    int target = window.targets()[i];
                    if (target >= 0) {
                        // Tokens are numbered by their places, so what stands before one is its number.
                        assertThat(target).isEqualTo(input + 1);
                        assertThat(i + 1).isGreaterThanOrEqualTo(Math.min(target, length - stride + 1));
                        scored.add(target);
                    }
                }
            }
            assertThat(scored)
                    .containsExactlyElementsOf(Arrays.stream(tokens).boxed().toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"8,4", "8,8"})
    void nextSequenceKnowsNothingOfTheOneBefore(int length, int stride) {
        List<SlidingWindows.Window> windows = new ArrayList<>();
        SlidingWindows cutter = new SlidingWindows(length, stride, windows::add);
        cutter.begin(1);
        cutter.append(IntStream.range(0, 2 * length + 1).toArray());
        cutter.end();
        windows.clear();

        cutter.begin(2);
        cutter.append(new int[] {7, 9});
        cutter.end();

        assertThat(windows).hasSize(1);
        assertThat(windows.get(0).inputs()).containsExactly(2, 7);
        assertThat(windows.get(0).targets()).containsExactly(7, 9);
    }
}
