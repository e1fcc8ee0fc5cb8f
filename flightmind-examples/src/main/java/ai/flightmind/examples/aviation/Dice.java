package ai.flightmind.examples.aviation;

import java.util.List;
import java.util.Random;

/**
 * Seeded choices. Built on {@link Random}, as the only generator whose algorithm its specification
 * fixes: the same seed gives the same corpus on any machine and any Java version.
 */
final class Dice {
    private final Random random;

    Dice(long seed) {
        random = new Random(seed);
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    /** A multiple of {@code step}, from {@code least} to {@code most}, which are multiples too. */
    int stepped(int least, int most, int step) {
        return step * between(least / step, most / step);
    }

    /** True in {@code percent} of 100 calls. */
    boolean percent(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** One of the words, which are separated by blanks. */
    String word(String words) {
        return pick(List.of(words.split(" ", -1)));
    }

    /** A capital letter. */
    char letter() {
        return (char) ('A' + random.nextInt(26));
    }
}
